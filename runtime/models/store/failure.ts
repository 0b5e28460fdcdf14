/** Everything that can go wrong in the store, each with its facts; the sentence for the user is made here and nowhere else. */
import { sizeOf } from '../size-words.ts';

export type StoreFailure =
  | { readonly code: 'bad-uri'; readonly uri: string; readonly why: string }
  | { readonly code: 'bad-name'; readonly name: string; readonly why: string }
  | { readonly code: 'bad-settings'; readonly why: string }
  | { readonly code: 'not-found'; readonly address: string; readonly status: number }
  | { readonly code: 'not-allowed'; readonly address: string; readonly status: number; readonly token: TokenUse }
  | { readonly code: 'range-refused'; readonly address: string }
  | { readonly code: 'server'; readonly address: string; readonly status: number }
  | { readonly code: 'busy'; readonly address: string; readonly waitMs: number }
  | { readonly code: 'bad-answer'; readonly address: string; readonly why: string }
  | { readonly code: 'network'; readonly address: string; readonly why: string }
  | { readonly code: 'stalled'; readonly address: string; readonly stallMs: number }
  | { readonly code: 'certificate'; readonly address: string; readonly why: string }
  | { readonly code: 'proxy'; readonly address: string; readonly status: number }
  | { readonly code: 'length'; readonly address: string; readonly why: string }
  | { readonly code: 'changed'; readonly address: string; readonly times: number }
  | ({ readonly code: 'checksum'; readonly name: string; readonly expected: string; readonly actual: string } & Source)
  | { readonly code: 'not-a-model'; readonly name: string; readonly why: string }
  | { readonly code: 'bad-file'; readonly name: string; readonly why: string }
  | { readonly code: 'disk-full'; readonly folder: string; readonly bytesMissing: number; readonly partsKept: boolean }
  | { readonly code: 'folder'; readonly path: string; readonly why: string }
  | { readonly code: 'name-taken'; readonly name: string; readonly why: string }
  | { readonly code: 'in-use'; readonly name: string; readonly why: string }
  | { readonly code: 'unknown-model'; readonly name: string }
  | { readonly code: 'cancelled'; readonly name: string };

export type StoreFailureCode = StoreFailure['code'];

/** Who said what the SHA-256 should be: our catalog, the hub's own headers, or the first download of the same address. */
export type DigestSource = 'catalog' | 'hub' | 'first-download';

/** What became of the access token in the request that was refused. */
export type TokenUse = 'none' | 'sent' | 'kept back: the connection is not encrypted';

interface Source {
  readonly source: DigestSource;
}

/** The only error that the public methods of the store reject with. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, options?: ErrorOptions) {
    super(sentenceOf(failure), options);
    this.failure = failure;
  }

  get code(): StoreFailureCode {
    return this.failure.code;
  }
}

/** Says in words what went wrong and what to do about it. Never holds a token, nor the query of an address. */
export function sentenceOf(failure: StoreFailure): string {
  switch (failure.code) {
    case 'bad-uri':
      return `${failure.uri} is no address of a model: ${failure.why}.`;
    case 'bad-name':
      return `${failure.name} cannot be the name of a model file: ${failure.why}.`;
    case 'bad-settings':
      return `The network settings cannot be used: ${failure.why}.`;
    case 'disk-full':
      return (
        `There is not enough space in ${failure.folder}: ${sizeOf(failure.bytesMissing)} more must be free. ` +
        (failure.partsKept ? 'What has arrived is kept; free some space and try again.' : 'Free some and try again.')
      );
    case 'folder':
      return `${failure.path} cannot be used: ${failure.why}. Check that it exists and that you may read and write it.`;
    case 'name-taken':
      return `${failure.name} cannot be downloaded: ${failure.why}.`;
    case 'in-use':
      return `${failure.name} cannot be removed: ${failure.why}.`;
    case 'unknown-model':
      return `There is no model ${failure.name} here: look at the list of models for its name.`;
    case 'cancelled':
      return `The download of ${failure.name} was cancelled; what has arrived is kept.`;
    case 'checksum':
      return checksumSentence(failure);
    case 'not-a-model':
      return `${failure.name} is no usable model file: ${failure.why}. Nothing was kept of it; check the address.`;
    case 'bad-file':
      return `${failure.name} cannot be used as a model: ${failure.why}. Choose a GGUF file.`;
    default:
      return serverSentence(failure);
  }
}

/** For those who wait for the next attempt: what went wrong, without what to do once patience has ended. */
export function waitSentenceOf(failure: StoreFailure): string {
  switch (failure.code) {
    case 'network':
      return `The connection for ${failure.address} failed (${brokenWords(failure.why)}); it is tried again.`;
    case 'stalled':
      return `Nothing came from ${failure.address} for ${failure.stallMs / 1000} s; it is tried again.`;
    case 'server':
      return `The server failed at ${failure.address} (${failure.status}); it is asked again.`;
    case 'busy':
      return `The server of ${failure.address} asks to wait for ${Math.ceil(failure.waitMs / 1000)} s; it is asked again then.`;
    default:
      return sentenceOf(failure);
  }
}

/** What the system says, with its own word, by which others look it up. */
function brokenWords(why: string): string {
  switch (why) {
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
      return `the other side closed it, ${why}`;
    case 'ECONNREFUSED':
      return `nobody answers there, ${why}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of the server is not known, ${why}`;
    default:
      return why;
  }
}

type ServerFailure = Extract<StoreFailure, { readonly address: string }>;

function serverSentence(failure: ServerFailure): string {
  const { address } = failure;
  switch (failure.code) {
    case 'not-found':
      return `${address} is not there (${failure.status}): check the name of the repository and of the file.`;
    case 'not-allowed':
      return `${address} may not be downloaded (${failure.status}): ${permissionSentence(failure.token)}`;
    case 'range-refused':
      return `The server refuses to send ${address} (416): the file may be empty or may have been replaced; try again or check the address.`;
    case 'server':
      return `The server failed at ${address} (${failure.status}), also after several attempts: try again later; what has arrived is kept.`;
    case 'busy':
      return `The server of ${address} asks to wait for ${Math.ceil(failure.waitMs / 1000)} s: try again then; what has arrived is kept.`;
    case 'bad-answer':
      return `The answer for ${address} makes no sense: ${failure.why}. Check the address, the proxy and the mirror.`;
    case 'network':
      return `The connection for ${address} failed, also after several attempts (${brokenWords(failure.why)}): check the network and the proxy; what has arrived is kept.`;
    case 'stalled':
      return `Nothing came from ${address} for ${failure.stallMs / 1000} s, also after several attempts: try again later; what has arrived is kept.`;
    case 'certificate':
      return `The certificate of ${address} is not trusted (${failure.why}): if a proxy of your organisation opens connections, name its certificate authority in the settings.`;
    case 'proxy':
      return failure.status === 407
        ? `The proxy asks for a user and password on the way to ${address}: put them into the proxy's address.`
        : `The proxy refuses the way to ${address} (${failure.status}): check the proxy settings.`;
    case 'length':
      return `The length of ${address} is not what the server says: ${failure.why}. Try again later or use another mirror.`;
    case 'changed':
      return `${address} changed on the server ${failure.times} times during the download: try again when its publisher is done.`;
    default:
      failure satisfies never;
      return '';
  }
}

function permissionSentence(token: TokenUse): string {
  switch (token) {
    case 'none':
      return 'the model may ask you to accept its licence on its page and to set an access token.';
    case 'sent':
      return 'accept the licence of the model on its page, or check that the access token is valid and may read it.';
    case 'kept back: the connection is not encrypted':
      return 'the access token was not sent because the connection is not encrypted; use an https address.';
    default:
      token satisfies never;
      return '';
  }
}

function checksumSentence({ name, source, expected, actual }: Extract<StoreFailure, { code: 'checksum' }>): string {
  const said = {
    catalog: 'the catalog says',
    hub: 'the hub says',
    'first-download': 'its first download had',
  }[source];
  return (
    `${name} is not the file that was expected: its SHA-256 is ${short(actual)}, but ${said} ${short(expected)}. ` +
    'The file was removed; download it again, and if that gives the same, trust neither until its publisher explains the change.'
  );
}

function short(digest: string): string {
  return `${digest.slice(0, 12)}…`;
}

/** Internal: an attempt failed in a way that may pass. `failure` is what the user hears when patience ends. */
export class Setback extends Error {
  readonly failure: StoreFailure;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfterMs: number;

  constructor(failure: StoreFailure, retryAfterMs = 0, options?: ErrorOptions) {
    super(sentenceOf(failure), options);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}
