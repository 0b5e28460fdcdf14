/**
 * The way to the servers: proxies, certificates, redirects, the access token, and what a failed request means.
 *
 * Why undici and not a ready downloader: ipull (which node-llama-cpp brings) marks a piece as done before its write has landed,
 * sends no If-Range, so a file replaced between two runs is stitched together from both, repeats the Authorization header at the
 * address that a redirect led to, takes no proxy and checks no digest. `got` brings neither ranges nor proxies of its own.
 * undici is Node's own HTTP client as a package (MIT): proxies from the environment with NO_PROXY, tunnels, certificates and
 * time-outs that know a slow disk from a silent server. Node's built-in fetch hides that agent on Node 20, and follows
 * redirects by itself, where the rule about the token must be ours.
 */
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Dispatcher } from 'undici';
import { sentence, type Words } from '../../core/sentence.ts';
import { codeOf, reasonOf } from '../../disk/reason.ts';
import { Setback, StoreError, type TokenUse } from './failure.ts';
import { hub, mirrored, shownAddress } from './names.ts';

/** An empty text stands for nothing, as in settings that were cleared. */
export interface NetworkSettings {
  /** Where HTTPS_PROXY, HTTP_PROXY, NO_PROXY (either case) and NODE_EXTRA_CA_CERTS are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For every host that `noProxy` does not name; goes before the environment. */
  readonly proxy?: string;
  readonly noProxy?: string;
  /** PEM file with certificate authorities to trust beside the usual ones. */
  readonly caFile?: string;
  /** Base address that stands in for https://huggingface.co. */
  readonly mirror?: string;
  /** For the hub (or its mirror) alone. */
  readonly token?: string;
}

export interface NetworkLimits {
  /** A server that sends nothing for so long is given up, until the next attempt. */
  readonly stallMs: number;
  readonly connectMs: number;
}

export interface Get {
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** 200, 206 or 416; every other status is thrown. */
export interface Answer {
  readonly status: 200 | 206 | 416;
  readonly headers: Headers;
  /** What the first server said before it sent us elsewhere: hubs describe the file there. */
  readonly firstHeaders: Headers;
  readonly address: string;
  /** Must be read to its end or destroyed. */
  readonly body: Dispatcher.ResponseData['body'];
}

export type Headers = (name: string) => string | undefined;

const redirectsMax = 10;
const drainBytesMax = 16 * 1024;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const passing: ReadonlySet<number> = new Set([408, 425, 429]);
const certificateCodes = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/;
/** undici has no code for these: a tunnel that was refused, and a forwarded request that was. */
const proxyStatusPattern = /^Proxy (?:response|Authentication Required) \((\d{3})\)/;
const stallCodes: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

export class Network {
  readonly #agent: Dispatcher;
  readonly #settings: NetworkSettings;
  readonly #limits: NetworkLimits;
  readonly #nowMs: () => number;

  private constructor(agent: Dispatcher, settings: NetworkSettings, limits: NetworkLimits, nowMs: () => number) {
    this.#agent = agent;
    this.#settings = settings;
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** @throws StoreError `bad-settings` when the proxy, the mirror, the token or the certificates cannot be used. */
  static async open(settings: NetworkSettings, limits: NetworkLimits, nowMs: () => number): Promise<Network> {
    checkAddress(settings.mirror, sentence('the mirror'));
    // A line break from the clipboard would otherwise fail as if the network had.
    if (settings.token && !/^[\x21-\x7e]+$/.test(settings.token))
      throw new StoreError({
        code: 'bad-settings',
        why: sentence('the access token holds a space or another character that none has'),
      });
    const ca = await authorities(settings);
    const trust = ca === undefined ? {} : { ca: [...ca] };
    const ways = proxies(settings);
    // An eighth of what a runtime does before it listens would be to begin this package, and few runtimes download anything.
    const { EnvHttpProxyAgent } = await import('undici');
    try {
      const agent = new EnvHttpProxyAgent({
        ...ways,
        // Many proxies refuse a tunnel to anything but https; plain requests are forwarded instead.
        proxyTunnel: false,
        headersTimeout: limits.stallMs,
        bodyTimeout: limits.stallMs,
        connect: { ...trust, timeout: limits.connectMs },
        requestTls: { ...trust, timeout: limits.connectMs },
        proxyTls: { ...trust, timeout: limits.connectMs },
      });
      return new Network(agent, settings, limits, nowMs);
    } catch {
      // The message of the agent would repeat the address, and with it the password of the proxy.
      throw new StoreError({ code: 'bad-settings', why: sentence('the address of the proxy is not valid') });
    }
  }

  /**
   * Follows redirects. The token goes to the hub alone, and not again once a redirect has left it.
   * @throws Setback when another attempt may succeed; StoreError when none will; the signal's reason when it was aborted.
   */
  async get({ uri, headers, signal }: Get): Promise<Answer> {
    let url = mirrored(uri, this.#settings.mirror);
    let token = this.#tokenFor(url);
    let firstHeaders: Headers | undefined;
    for (let hop = 0; hop <= redirectsMax; hop++) {
      const sent = {
        'accept-encoding': 'identity',
        ...headers,
        ...(token.value && { authorization: `Bearer ${token.value}` }),
      };
      const response = await this.#request(url, sent, signal);
      const header: Headers = (name) => [response.headers[name] ?? []].flat()[0];
      firstHeaders ??= header;
      const location = header('location');
      if (!redirects.has(response.statusCode) || location === undefined)
        return this.#answer(response, { url, header, firstHeaders, token: token.use, wasRedirected: hop > 0 });
      await drain(response.body, signal);
      const next = this.#redirected(url, location);
      if (next.origin !== url.origin) token = { use: token.use };
      url = next;
    }
    throw new StoreError({
      code: 'bad-answer',
      address: shownAddress(url),
      why: sentence('it was redirected {0} times', redirectsMax),
    });
  }

  /** What an error while a body was read means: the connection broke or went silent. */
  bodyError(error: unknown, address: string): Setback | StoreError {
    const code = codeOf(error) ?? '';
    const options = { cause: error };
    if (stallCodes.has(code))
      return new Setback({ code: 'stalled', address, stallMs: this.#limits.stallMs }, 0, options);
    if (certificateCodes.test(code)) return new StoreError({ code: 'certificate', address, why: code }, options);
    const proxyStatus = Number(proxyStatusPattern.exec(reasonOf(error))?.[1] ?? 0);
    if (proxyStatus >= 500) return new Setback({ code: 'proxy', address, status: proxyStatus }, 0, options);
    if (proxyStatus > 0) return new StoreError({ code: 'proxy', address, status: proxyStatus }, options);
    return new Setback({ code: 'network', address, why: code || reasonOf(error) }, 0, options);
  }

  /** Closes every connection, also those in use. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        headers,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.bodyError(error, shownAddress(url));
    }
  }

  #tokenFor(url: URL): { readonly use: TokenUse; readonly value?: string } {
    const { token, mirror } = this.#settings;
    const home = new URL(mirror || hub).origin;
    if (!token || url.origin !== home) return { use: 'none' };
    const isEncrypted = url.protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
    return isEncrypted ? { use: 'sent', value: token } : { use: 'kept back: the connection is not encrypted' };
  }

  #redirected(from: URL, location: string): URL {
    const address = shownAddress(from);
    if (!URL.canParse(location, from.href))
      throw new StoreError({ code: 'bad-answer', address, why: sentence('it was redirected to no valid address') });
    const to = new URL(location, from);
    if (to.protocol !== 'https:' && !(to.protocol === 'http:' && from.protocol === 'http:'))
      throw new StoreError({
        code: 'bad-answer',
        address,
        why: sentence('it was redirected from https to {0}//{1}', to.protocol, to.host),
      });
    return to;
  }

  #answer(response: Dispatcher.ResponseData, context: AnswerContext): Answer {
    const { url, header: headers, firstHeaders } = context;
    const address = shownAddress(url);
    const { statusCode, body } = response;
    if (statusCode === 200 || statusCode === 206 || statusCode === 416)
      return { status: statusCode, headers, firstHeaders, address, body };
    drop(body);
    throw refusal(statusCode, retryAfterMs(headers('retry-after'), this.#nowMs()), address, context);
  }
}

interface AnswerContext {
  readonly url: URL;
  readonly header: Headers;
  readonly firstHeaders: Headers;
  readonly token: TokenUse;
  readonly wasRedirected: boolean;
}

function refusal(status: number, waitMs: number, address: string, context: AnswerContext): Setback | StoreError {
  const { token, wasRedirected } = context;
  if (status === 404 || status === 410) return new StoreError({ code: 'not-found', address, status });
  if (status === 407) return new StoreError({ code: 'proxy', address, status });
  // The signed address that a hub redirects to expires; the next attempt gets a new one.
  if (status === 403 && wasRedirected) return new Setback({ code: 'not-allowed', address, status, token });
  if (status === 401 || status === 403) return new StoreError({ code: 'not-allowed', address, status, token });
  if (waitMs > 0 && (status === 429 || status === 503)) return new Setback({ code: 'busy', address, waitMs }, waitMs);
  if (passing.has(status) || status >= 500) return new Setback({ code: 'server', address, status });
  return new StoreError({ code: 'bad-answer', address, why: sentence('its status is {0}', status) });
}

/** Reads a short body to its end, so that its connection can be used again; cuts a long one. */
export async function drain(body: Answer['body'], signal: AbortSignal): Promise<void> {
  await body.dump({ limit: drainBytesMax, signal }).catch(() => signal.throwIfAborted());
}

/** Ends a response that nobody will read. Its error (it was cut by us) is nobody's business. */
export function drop(body: Answer['body']): void {
  body.on('error', () => undefined);
  body.destroy();
}

/** Milliseconds to wait by a Retry-After header, which gives seconds or a date; 0 without one. */
function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** All three are always given, so that the agent never looks into the environment of the process by itself. */
function proxies({ env, proxy, noProxy }: NetworkSettings): { httpProxy: string; httpsProxy: string; noProxy: string } {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  return {
    httpProxy: withScheme(proxy || read('HTTP_PROXY')),
    httpsProxy: withScheme(proxy || read('HTTPS_PROXY')),
    noProxy: noProxy || read('NO_PROXY'),
  };
}

/** People write `proxy:8080`. @throws StoreError `bad-settings` for other kinds of proxies. */
function withScheme(proxy: string): string {
  if (!proxy) return '';
  const address = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (/^https?:/i.test(address)) return address;
  throw new StoreError({
    code: 'bad-settings',
    why: sentence('only proxies with an http or https address can be used'),
  });
}

/**
 * Undefined: Node's own, NODE_EXTRA_CA_CERTS included. An explicit list replaces those, so with a file of the user's own
 * they are all put together again.
 */
async function authorities({ caFile, env }: NetworkSettings): Promise<readonly string[] | undefined> {
  if (!caFile) return undefined;
  const own = await readFile(caFile, 'utf8').catch((error: unknown) => {
    throw new StoreError({
      code: 'bad-settings',
      why: sentence('the certificate file {0} cannot be read ({1})', caFile, reasonOf(error)),
    });
  });
  if (!own.includes('-----BEGIN CERTIFICATE-----'))
    throw new StoreError({ code: 'bad-settings', why: sentence('{0} holds no certificate in PEM form', caFile) });
  const extraFile = env['NODE_EXTRA_CA_CERTS'];
  // Node itself only warns when this one is missing.
  const extra = extraFile ? await readFile(extraFile, 'utf8').catch(() => '') : '';
  return [...rootCertificates, own, ...(extra ? [extra] : [])];
}

function checkAddress(address: string | undefined, what: Words): void {
  if (!address) return;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new StoreError({ code: 'bad-settings', why: sentence('{0} must be an http or https address', what) });
}
