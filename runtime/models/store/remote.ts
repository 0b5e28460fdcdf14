/** What a server says about a file before it is fetched, and whether a later answer is still about the same file. */
import { sentence } from '../../core/sentence.ts';
import { StoreError } from './failure.ts';
import { type Answer, drain, drop, type Headers, type Network } from './network.ts';

export interface RemoteFile {
  readonly uri: string;
  /** Undefined when the server does not say. */
  readonly bytes: number | undefined;
  /** Strong ETag, or a date of last modification that can tell two versions apart (RFC 9110 §8.8); what If-Range gets. */
  readonly validator: string | undefined;
  /** The server sends parts of the file. */
  readonly hasRanges: boolean;
  /** Of the hub: its header X-Linked-ETag is the SHA-256 of files that it keeps in large-file storage. */
  readonly sha256: string | undefined;
}

/**
 * Asks for the first byte by GET: signed addresses of storage services are signed for GET and refuse HEAD.
 * @throws like `Network.get`.
 */
export async function describe(network: Network, uri: string, signal: AbortSignal): Promise<RemoteFile> {
  const answer = await network.get({ uri, headers: { range: 'bytes=0-0' }, signal });
  if (answer.status === 200) drop(answer.body);
  else await drain(answer.body, signal);
  if (answer.status !== 416) return remoteOf(uri, answer);
  // Also the answer for an empty file; and some servers refuse every range.
  const whole = await network.get({ uri, signal });
  drop(whole.body);
  if (whole.status !== 200) throw new StoreError({ code: 'range-refused', address: whole.address });
  return remoteOf(uri, whole);
}

function remoteOf(uri: string, answer: Answer): RemoteFile {
  const { headers, firstHeaders, address } = answer;
  const range = contentRangeOf(headers);
  const bytes = answer.status === 206 ? range?.total : lengthOf(headers);
  const linked = /^"?([0-9a-f]{64})"?$/.exec(firstHeaders('x-linked-etag') ?? '');
  if (headers('content-type')?.startsWith('text/html'))
    throw new StoreError({ code: 'bad-answer', address, why: sentence('it is a web page, not a file') });
  if (bytes === 0) throw new StoreError({ code: 'bad-answer', address, why: sentence('the file is empty') });
  checkEncoding(answer);
  return {
    uri,
    bytes,
    validator: validatorOf(headers),
    hasRanges: answer.status === 206 && bytes !== undefined,
    sha256: linked?.[1],
  };
}

/** @throws StoreError when the server compresses although it was told not to: positions in the file would mean nothing. */
export function checkEncoding({ headers, address }: Answer): void {
  const encoding = headers('content-encoding');
  if (encoding !== undefined && encoding !== 'identity')
    throw new StoreError({
      code: 'bad-answer',
      address,
      why: sentence('it comes compressed ({0}), which was not asked for', encoding),
    });
}

/** What an answer to a request for part of `remote` is about. */
export function isSameFile(remote: RemoteFile, { headers, status }: Answer): boolean {
  const validator = validatorOf(headers);
  if (validator !== undefined && remote.validator !== undefined && validator !== remote.validator) return false;
  const total = status === 200 ? lengthOf(headers) : contentRangeOf(headers)?.total;
  return total === undefined || remote.bytes === undefined || total === remote.bytes;
}

export interface ContentRange {
  /** First byte of the body; undefined where the answer has none (416). */
  readonly from: number | undefined;
  readonly total: number | undefined;
}

export function contentRangeOf(headers: Headers): ContentRange | undefined {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers('content-range') ?? '');
  if (!match) return undefined;
  const [, from, total] = match;
  return { from: from === undefined ? undefined : Number(from), total: total === '*' ? undefined : Number(total) };
}

export function lengthOf(headers: Headers): number | undefined {
  const length = headers('content-length');
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}

/** A date counts only when it is at least a second older than the answer: within that second the file may have changed again. */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers('etag');
  if (etag?.startsWith('"')) return etag;
  const modified = headers('last-modified');
  if (modified === undefined) return undefined;
  const ageMs = Date.parse(headers('date') ?? '') - Date.parse(modified);
  return ageMs >= 1000 ? modified : undefined;
}
