/**
 * How `punctual models pull` reaches the hub: proxy, certificate authority, mirror and access token, from options or from the environment of
 * the command. The runtime has the environment of whoever started it, perhaps an editor that knows nothing of this, so it is told.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replacedCode } from '../protocol.ts';
import { type Command, CommandError, type Io, UsageError, type Values } from './command.ts';

export const networkOptions = {
  mirror: { type: 'string' },
  proxy: { type: 'string' },
  ca: { type: 'string' },
  'token-env': { type: 'string' },
} as const satisfies Command['options'];

export const networkHelp = {
  mirror: 'takes the place of https://huggingface.co (default: HF_ENDPOINT)',
  proxy: 'http(s) address of a proxy, user and password in it (default: HTTPS_PROXY; NO_PROXY names hosts without)',
  ca: 'PEM file with a certificate authority to trust beside the usual ones (default: NODE_EXTRA_CA_CERTS)',
  'token-env': 'the environment variable that holds the access token for a gated model (default: HF_TOKEN)',
} as const;

/** The wire's settings of downloads. */
interface Downloads {
  readonly mirror?: string;
  readonly proxy?: string;
  readonly noProxy?: string;
  readonly certificates?: string;
}

const hub = 'https://huggingface.co';

/**
 * @param model a name of the catalog or an address.
 * @throws UsageError for an option, CommandError for a variable or a file that cannot be used.
 */
export async function downloadsOf(model: string, values: Values, io: Io): Promise<Downloads> {
  const mirror = mirrorOf(values, io);
  const proxy = proxyOf(values, io, isEncrypted(model, mirror));
  const noProxy = variable(io, 'NO_PROXY');
  const certificates = await certificatesOf(values, io);
  return {
    ...(mirror !== undefined && { mirror }),
    ...(proxy !== undefined && { proxy }),
    ...(noProxy !== undefined && { noProxy }),
    ...(certificates !== undefined && { certificates }),
  };
}

/** @throws UsageError, CommandError: a gated model without its token would fail much later, and less clearly. */
export function tokenOf(values: Values, io: Io): string | undefined {
  const name = values['token-env'];
  if (name === undefined) return io.env['HF_TOKEN']?.trim() || undefined;
  if (typeof name !== 'string' || !/^\w+$/.test(name))
    throw new UsageError('--token-env is the name of an environment variable, as in HF_TOKEN');
  const token = io.env[name]?.trim();
  if (!token) throw new CommandError(`The environment variable ${name} is not set: put the access token into it.`);
  return token;
}

/** What the runtime's sentences, which an editor shows too, leave to say on the command line. */
const advice: Readonly<Record<string, string>> = {
  certificate: 'Here that is --ca FILE, or NODE_EXTRA_CA_CERTS.',
  network: 'A proxy is named by --proxy, or HTTPS_PROXY.',
  'not-allowed': 'Here the token is that of HF_TOKEN, or of the variable that --token-env names.',
  proxy: 'Here that is --proxy, or HTTPS_PROXY.',
  [replacedCode]: 'Once you know that its publisher has replaced it, --trust-new takes the file as it is now.',
};

export function withAdvice(error: unknown): unknown {
  if (!(error instanceof CommandError)) return error;
  const words = advice[error.code];
  return words === undefined ? error : new CommandError(`${error.message} ${words}`, error.code);
}

function mirrorOf(values: Values, io: Io): string | undefined {
  const mirror = values['mirror'] ?? io.env['HF_ENDPOINT'];
  if (typeof mirror !== 'string' || mirror === '') return undefined;
  if (!isAddress(mirror))
    throw new UsageError(`the mirror is '${mirror}': give an http(s) address, as in https://huggingface.co`);
  return mirror;
}

/** Of the first address that is asked: environments name proxies by it. */
function isEncrypted(model: string, mirror = hub): boolean {
  const isElsewhere = /^https?:/i.test(model) && !model.startsWith(`${hub}/`);
  return !/^http:/i.test(isElsewhere ? model : mirror);
}

/** The address may hold a password, so no sentence repeats it. */
function proxyOf(values: Values, io: Io, encrypted: boolean): string | undefined {
  const given = values['proxy'];
  const name = encrypted ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const said = typeof given === 'string' ? given : variable(io, name);
  if (said === undefined) return undefined;
  // People write `proxy:8080`.
  const proxy = said.includes('://') ? said : `http://${said}`;
  if (isAddress(proxy)) return proxy;
  const what =
    'is no http(s) address, and only such proxies can be used: give one as in http://user:password@host:8080';
  if (given !== undefined) throw new UsageError(`--proxy ${what}`);
  throw new CommandError(`The environment variable ${name} ${what}.`);
}

/** @returns an absolute path: the runtime has another working folder. */
async function certificatesOf(values: Values, io: Io): Promise<string | undefined> {
  const given = values['ca'];
  if (typeof given !== 'string') {
    const extra = io.env['NODE_EXTRA_CA_CERTS'];
    // Node itself only warns when this one cannot be read.
    return extra && (await isReadable(path.resolve(io.cwd, extra))) ? path.resolve(io.cwd, extra) : undefined;
  }
  const file = path.resolve(io.cwd, given);
  if (await isReadable(file)) return file;
  throw new CommandError(`The certificate file ${given} cannot be read: give the path of a PEM file.`);
}

async function isReadable(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** In either case of letters, the lower one first, as other programs read them. */
function variable(io: Io, name: string): string | undefined {
  return io.env[name.toLowerCase()] || io.env[name] || undefined;
}
