/** Brings the bytes of one version of one file into its part file: in parallel pieces where that is safe, else as one stream. */
import { sentence } from '../../core/sentence.ts';
import { Setback, StoreError } from './failure.ts';
import { type Answer, drop, type Network } from './network.ts';
import type { PartFile } from './part-file.ts';
import { type Patience, patiently } from './patience.ts';
import type { Range } from './ranges.ts';
import { checkEncoding, contentRangeOf, isSameFile, lengthOf, type RemoteFile } from './remote.ts';

export interface TransferOptions {
  readonly network: Network;
  readonly remote: RemoteFile;
  readonly part: PartFile;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly connections: number;
  readonly pieceBytes: number;
  /** A digest will be checked afterwards, so an end that nobody announced can still be told from a cut. */
  readonly isDigestKnown: boolean;
  readonly onBytes: () => void;
}

/** The server now has another version of the file: what came so far belongs to the old one. */
export class OtherVersion extends Error {}

/** The server sends the whole file although a part was asked for. */
export class RangesIgnored extends Error {}

/**
 * Fetches what is missing, several pieces at once. The first failure stops the others; all of them have ended when this settles.
 * @throws OtherVersion, RangesIgnored, StoreError, or the signal's reason.
 */
export async function transferPieces(options: TransferOptions, total: number): Promise<void> {
  const { part, signal, connections, pieceBytes } = options;
  const queue = part.missing(total, pieceBytes);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const worker = async (): Promise<void> => {
    try {
      for (let piece = queue.shift(); piece; piece = queue.shift()) await fetchPiece(options, piece, both);
    } catch (error) {
      // Its reason is what the others throw, so that every one of them tells of the first failure.
      stop.abort(error);
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(connections, queue.length) }, worker));
  signal.throwIfAborted();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function fetchPiece(options: TransferOptions, { from, to }: Range, signal: AbortSignal): Promise<void> {
  const { network, remote, patience } = options;
  const cursor: Cursor = { position: from, to };
  const attempt = async (): Promise<void> => {
    const range = `bytes=${cursor.position}-${to - 1}`;
    const headers = { range, ...(remote.validator !== undefined && { 'if-range': remote.validator }) };
    const answer = await network.get({ uri: remote.uri, headers, signal });
    try {
      checkPiece(answer, remote, cursor.position);
    } catch (error) {
      drop(answer.body);
      throw error;
    }
    await pour(options, answer, cursor, signal);
    if (cursor.position < to) throw tooShort(answer);
  };
  await patiently(patience, signal, attempt, () => cursor.position);
}

function checkPiece(answer: Answer, remote: RemoteFile, position: number): void {
  // 416: the file is shorter than it was. 200: If-Range did not hold, or the server knows no ranges after all.
  if (answer.status === 416 || !isSameFile(remote, answer)) throw new OtherVersion();
  if (answer.status === 200) throw new RangesIgnored();
  checkEncoding(answer);
  const from = contentRangeOf(answer.headers)?.from;
  if (from === position) return;
  const why = sentence(
    'byte {0} was asked for, and it says that it sends {1}',
    position,
    from === undefined ? sentence('no range') : `byte ${from}`,
  );
  throw new Setback({ code: 'bad-answer', address: answer.address, why });
}

/** Fetches everything as one stream, from the beginning at each attempt. */
export async function transferWhole(options: TransferOptions): Promise<void> {
  const { network, remote, part, patience, signal } = options;
  const attempt = async (): Promise<void> => {
    await part.reset();
    options.onBytes();
    const answer = await network.get({ uri: remote.uri, signal });
    try {
      checkWhole(options, answer);
    } catch (error) {
      drop(answer.body);
      throw error;
    }
    const cursor: Cursor = { position: 0, to: remote.bytes ?? Number.POSITIVE_INFINITY };
    await pour(options, answer, cursor, signal);
    if (remote.bytes !== undefined && cursor.position < remote.bytes) throw tooShort(answer);
  };
  await patiently(patience, signal, attempt);
}

function checkWhole({ remote, isDigestKnown }: TransferOptions, answer: Answer): void {
  const { status, headers, address } = answer;
  if (status !== 200)
    throw new StoreError({
      code: 'bad-answer',
      address,
      why: sentence('the whole file was asked for, and its status is {0}', status),
    });
  if (!isSameFile(remote, answer)) throw new OtherVersion();
  checkEncoding(answer);
  const isEndAnnounced = lengthOf(headers) !== undefined || headers('transfer-encoding') !== undefined;
  if (!isEndAnnounced && remote.bytes === undefined && !isDigestKnown)
    throw new StoreError({
      code: 'length',
      address,
      why: sentence('it says none at all, so a cut could not be noticed'),
    });
}

interface Cursor {
  position: number;
  /** One past the last byte that may be written. */
  readonly to: number;
}

/** Writes a body where it belongs, and never beyond the cursor's end. */
async function pour(options: TransferOptions, answer: Answer, cursor: Cursor, signal: AbortSignal): Promise<void> {
  const { part, onBytes, network } = options;
  try {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      const bytes = chunk.subarray(0, Math.max(0, cursor.to - cursor.position));
      await part.write(cursor.position, bytes);
      cursor.position += bytes.length;
      onBytes();
      if (bytes.length < chunk.length) throw tooLong(answer);
    }
  } catch (error) {
    drop(answer.body);
    signal.throwIfAborted();
    if (error instanceof StoreError || error instanceof Setback) throw error;
    // All bytes are there; how the connection ended does not matter any more.
    if (cursor.position === cursor.to) return;
    throw network.bodyError(error, answer.address);
  }
}

function tooShort({ address }: Answer): Setback {
  return new Setback({
    code: 'length',
    address,
    why: sentence('the answer ended before the length that was announced'),
  });
}

function tooLong({ address }: Answer): Setback {
  return new Setback({ code: 'length', address, why: sentence('more came than was announced') });
}
