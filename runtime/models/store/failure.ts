/** Everything that can go wrong in the store, each with its facts; the sentence for the user is made here and nowhere else. */
import { SaidError, sentence, together, type Words } from '../../core/sentence.ts';
import { sizeOf } from '../size-words.ts';

export type StoreFailure =
  | { readonly code: 'bad-uri'; readonly uri: string; readonly why: Words }
  | { readonly code: 'bad-name'; readonly name: string; readonly why: Words }
  | { readonly code: 'bad-settings'; readonly why: Words }
  | { readonly code: 'not-found'; readonly address: string; readonly status: number }
  | { readonly code: 'not-allowed'; readonly address: string; readonly status: number; readonly token: TokenUse }
  | { readonly code: 'range-refused'; readonly address: string }
  | { readonly code: 'server'; readonly address: string; readonly status: number }
  | { readonly code: 'busy'; readonly address: string; readonly waitMs: number }
  | { readonly code: 'bad-answer'; readonly address: string; readonly why: Words }
  | { readonly code: 'network'; readonly address: string; readonly why: string }
  | { readonly code: 'stalled'; readonly address: string; readonly stallMs: number }
  | { readonly code: 'certificate'; readonly address: string; readonly why: Words }
  | { readonly code: 'proxy'; readonly address: string; readonly status: number }
  | { readonly code: 'length'; readonly address: string; readonly why: Words }
  | { readonly code: 'changed'; readonly address: string; readonly times: number }
  | ({ readonly code: 'checksum'; readonly name: string; readonly expected: string; readonly actual: string } & Source)
  | { readonly code: 'not-a-model'; readonly name: string; readonly why: Words }
  | { readonly code: 'bad-file'; readonly name: string; readonly why: Words }
  | { readonly code: 'disk-full'; readonly folder: string; readonly bytesMissing: number; readonly partsKept: boolean }
  | { readonly code: 'folder'; readonly path: string; readonly why: Words }
  | { readonly code: 'name-taken'; readonly name: string; readonly why: Words }
  | { readonly code: 'in-use'; readonly name: string; readonly why: Words }
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
export class StoreError extends SaidError {
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
export function sentenceOf(failure: StoreFailure): Words {
  switch (failure.code) {
    case 'bad-uri':
      return sentence('{0} is no address of a model: {1}.', failure.uri, failure.why);
    case 'bad-name':
      return sentence('{0} cannot be the name of a model file: {1}.', failure.name, failure.why);
    case 'bad-settings':
      return sentence('The network settings cannot be used: {0}.', failure.why);
    case 'disk-full':
      return together([
        sentence(
          'There is not enough space in {0}: {1} more must be free.',
          failure.folder,
          sizeOf(failure.bytesMissing),
        ),
        failure.partsKept
          ? sentence('What has arrived is kept; free some space and try again.')
          : sentence('Free some and try again.'),
      ]);
    case 'folder':
      return sentence(
        '{0} cannot be used: {1}. Check that it exists and that you may read and write it.',
        failure.path,
        failure.why,
      );
    case 'name-taken':
      return sentence('{0} cannot be downloaded: {1}.', failure.name, failure.why);
    case 'in-use':
      return sentence('{0} cannot be removed: {1}.', failure.name, failure.why);
    case 'unknown-model':
      return sentence('There is no model {0} here: look at the list of models for its name.', failure.name);
    case 'cancelled':
      return sentence('The download of {0} was cancelled; what has arrived is kept.', failure.name);
    case 'checksum':
      return checksumSentence(failure);
    case 'not-a-model':
      return sentence(
        '{0} is no usable model file: {1}. Nothing was kept of it; check the address.',
        failure.name,
        failure.why,
      );
    case 'bad-file':
      return sentence('{0} cannot be used as a model: {1}. Choose a GGUF file.', failure.name, failure.why);
    default:
      return serverSentence(failure);
  }
}

/** For those who wait for the next attempt: what went wrong, without what to do once patience has ended. */
export function waitSentenceOf(failure: StoreFailure): Words {
  switch (failure.code) {
    case 'network':
      return sentence(
        'The connection for {0} failed ({1}); it is tried again.',
        failure.address,
        brokenWords(failure.why),
      );
    case 'stalled':
      return sentence('Nothing came from {0} for {1} s; it is tried again.', failure.address, failure.stallMs / 1000);
    case 'server':
      return sentence('The server failed at {0} ({1}); it is asked again.', failure.address, failure.status);
    case 'busy':
      return sentence(
        'The server of {0} asks to wait for {1} s; it is asked again then.',
        failure.address,
        Math.ceil(failure.waitMs / 1000),
      );
    default:
      return sentenceOf(failure);
  }
}

/** What the system says, with its own word, by which others look it up. */
function brokenWords(why: string): Words {
  switch (why) {
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
      return sentence('the other side closed it, {0}', why);
    case 'ECONNREFUSED':
      return sentence('nobody answers there, {0}', why);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return sentence('the name of the server is not known, {0}', why);
    default:
      return why;
  }
}

type ServerFailure = Extract<StoreFailure, { readonly address: string }>;

function serverSentence(failure: ServerFailure): Words {
  const { address } = failure;
  switch (failure.code) {
    case 'not-found':
      return sentence(
        '{0} is not there ({1}): check the name of the repository and of the file.',
        address,
        failure.status,
      );
    case 'not-allowed':
      return sentence(
        '{0} may not be downloaded ({1}): {2}',
        address,
        failure.status,
        permissionSentence(failure.token),
      );
    case 'range-refused':
      return sentence(
        'The server refuses to send {0} (416): the file may be empty or may have been replaced; try again or check the address.',
        address,
      );
    case 'server':
      return sentence(
        'The server failed at {0} ({1}), also after several attempts: try again later; what has arrived is kept.',
        address,
        failure.status,
      );
    case 'busy':
      return sentence(
        'The server of {0} asks to wait for {1} s: try again then; what has arrived is kept.',
        address,
        Math.ceil(failure.waitMs / 1000),
      );
    case 'bad-answer':
      return sentence(
        'The answer for {0} makes no sense: {1}. Check the address, the proxy and the mirror.',
        address,
        failure.why,
      );
    case 'network':
      return sentence(
        'The connection for {0} failed, also after several attempts ({1}): check the network and the proxy; what has arrived is kept.',
        address,
        brokenWords(failure.why),
      );
    case 'stalled':
      return sentence(
        'Nothing came from {0} for {1} s, also after several attempts: try again later; what has arrived is kept.',
        address,
        failure.stallMs / 1000,
      );
    case 'certificate':
      return sentence(
        'The certificate of {0} is not trusted ({1}): if a proxy of your organisation opens connections, name its certificate authority in the settings.',
        address,
        failure.why,
      );
    case 'proxy':
      return failure.status === 407
        ? sentence(
            "The proxy asks for a user and password on the way to {0}: put them into the proxy's address.",
            address,
          )
        : sentence('The proxy refuses the way to {0} ({1}): check the proxy settings.', address, failure.status);
    case 'length':
      return sentence(
        'The length of {0} is not what the server says: {1}. Try again later or use another mirror.',
        address,
        failure.why,
      );
    case 'changed':
      return sentence(
        '{0} changed on the server {1} times during the download: try again when its publisher is done.',
        address,
        failure.times,
      );
    default:
      failure satisfies never;
      return '';
  }
}

function permissionSentence(token: TokenUse): Words {
  switch (token) {
    case 'none':
      return sentence('the model may ask you to accept its licence on its page and to set an access token.');
    case 'sent':
      return sentence(
        'accept the licence of the model on its page, or check that the access token is valid and may read it.',
      );
    case 'kept back: the connection is not encrypted':
      return sentence('the access token was not sent because the connection is not encrypted; use an https address.');
    default:
      token satisfies never;
      return '';
  }
}

function checksumSentence({ name, source, expected, actual }: Extract<StoreFailure, { code: 'checksum' }>): Words {
  const said = {
    catalog: sentence('the catalog says'),
    hub: sentence('the hub says'),
    'first-download': sentence('its first download had'),
  }[source];
  return together([
    sentence(
      '{0} is not the file that was expected: its SHA-256 is {1}, but {2} {3}.',
      ...[name, short(actual), said, short(expected)],
    ),
    sentence(
      'The file was removed; download it again, and if that gives the same, trust neither until its publisher explains the change.',
    ),
  ]);
}

function short(digest: string): string {
  return `${digest.slice(0, 12)}…`;
}

/** Internal: an attempt failed in a way that may pass. `failure` is what the user hears when patience ends. */
export class Setback extends SaidError {
  readonly failure: StoreFailure;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfterMs: number;

  constructor(failure: StoreFailure, retryAfterMs = 0, options?: ErrorOptions) {
    super(sentenceOf(failure), options);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}
