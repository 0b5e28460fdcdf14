/**
 * Reads what a local model file says of itself: the head of the file, or of all files of a split set, and nothing of the weights.
 *
 * A file is trusted with nothing: what is read of it is bounded by {@link headBytesMax}, whatever it claims.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../disk/reason.ts';
import { HeadProblem, NeedsMore } from './cursor.ts';
import { describe, type ModelFile } from './describe.ts';
import { type GgufHead, parseHead } from './head.ts';
import { GgufError, type GgufProblem } from './problem.ts';

/** Holds the head of most models: a vocabulary of 152 000 tokens takes 6 MB. */
const firstReadBytes = 8 * 1024 * 1024;
/** Four times the largest head known (a vocabulary of 262 000 tokens with scores). */
const headBytesMax = 128 * 1024 * 1024;
/** Models of a trillion parameters come in fewer than a hundred parts. */
const partsMax = 512;

interface Part {
  readonly file: string;
  readonly fileBytes: number;
  readonly head: GgufHead;
}

/**
 * @param file a GGUF file, or the first of a split set whose other files lie beside it.
 * @throws {GgufError} and nothing else, whatever the file is.
 */
export async function readModelFile(file: string): Promise<ModelFile> {
  const first = await readPart(file);
  const parts = [first];
  for (const other of await otherParts(first)) parts.push(await readOtherPart(first, other));
  checkTogether(parts);
  const fileBytes = parts.reduce((sum, part) => sum + part.fileBytes, 0);
  return await within(file, () =>
    describe(
      parts.map((part) => part.file),
      fileBytes,
      parts.map((part) => part.head),
    ),
  );
}

async function readPart(file: string): Promise<Part> {
  return await within(file, async () => {
    // A pipe without a writer would be waited for; without blocking it is opened, and refused below.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) throw new HeadProblem({ kind: 'folder' });
      if (!stats.isFile()) throw new HeadProblem({ kind: 'unreadable', reason: 'it is no ordinary file' });
      return { file, fileBytes: stats.size, head: await readHead(handle, stats.size) };
    } finally {
      await handle.close();
    }
  });
}

/** Reads more as long as the head goes on; it is parsed anew each time, which costs less than it would to stop in the middle. */
async function readHead(handle: FileHandle, fileBytes: number): Promise<GgufHead> {
  for (let wanted = firstReadBytes; ; ) {
    const bytes = await readStart(handle, Math.min(wanted, fileBytes));
    // A file that shrinks while it is read ends where it ends now.
    const size = bytes.length < Math.min(wanted, fileBytes) ? bytes.length : fileBytes;
    try {
      return parseHead(bytes, size);
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error;
      if (error.bytesNeeded > headBytesMax)
        throw new HeadProblem({ kind: 'damaged', detail: `its head would have more than ${headBytesMax} bytes` });
      wanted = Math.min(headBytesMax, Math.max(error.bytesNeeded, wanted * 4));
    }
  }
}

async function readStart(handle: FileHandle, count: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(count);
  let filled = 0;
  while (filled < count) {
    const { bytesRead } = await handle.read(buffer, filled, count - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function within<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new GgufError(file, problemOf(error));
  }
}

function problemOf(error: unknown): GgufProblem {
  if (error instanceof HeadProblem) return error.problem;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden' };
  if (code === 'EISDIR') return { kind: 'folder' };
  return { kind: 'unreadable', reason: reasonOf(error) };
}

const partPattern = /^(?<stem>.*)-(?<part>\d{5})-of-(?<parts>\d{5})\.gguf$/i;

/** The other files of a split set, by the naming of llama.cpp's gguf-split; none for a file that is whole. */
async function otherParts(first: Part): Promise<readonly string[]> {
  const parts = countOf(first.head, 'split.count') ?? 1;
  if (parts <= 1) return [];
  const { file } = first;
  if (parts > partsMax) throw new GgufError(file, { kind: 'damaged', detail: `it claims ${parts} parts` });
  const name = partPattern.exec(path.basename(file))?.groups;
  const nameOf = (part: number): string =>
    `${name?.['stem'] ?? path.basename(file, '.gguf')}-${digits(part)}-of-${digits(parts)}.gguf`;
  const own = (countOf(first.head, 'split.no') ?? 0) + 1;
  if (own !== 1) throw new GgufError(file, { kind: 'notFirstPart', part: own, parts, first: nameOf(1) });
  return Array.from({ length: parts - 1 }, (_, index) => path.join(path.dirname(file), nameOf(index + 2)));
}

function digits(part: number): string {
  return String(part).padStart(5, '0');
}

async function readOtherPart(first: Part, file: string): Promise<Part> {
  try {
    return await readPart(file);
  } catch (error) {
    if (!(error instanceof GgufError) || error.problem.kind !== 'missing') throw error;
    const parts = countOf(first.head, 'split.count') ?? 1;
    throw new GgufError(first.file, { kind: 'partMissing', missing: path.basename(file), parts });
  }
}

/** Every part knows its place, and all tensors that the first one counted are there. */
function checkTogether(parts: readonly Part[]): void {
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return;
  const foreign = others.find(
    ({ head }, index) => countOf(head, 'split.no') !== index + 1 || countOf(head, 'split.count') !== parts.length,
  );
  if (foreign) throw new GgufError(first.file, { kind: 'partForeign', foreign: path.basename(foreign.file) });
  const tensors = parts.reduce((sum, { head }) => sum + head.tensors.length, 0);
  const claimed = countOf(first.head, 'split.tensors.count') ?? tensors;
  const last = others.at(-1);
  if (claimed !== tensors && last)
    throw new GgufError(first.file, { kind: 'partForeign', foreign: path.basename(last.file) });
}

function countOf(head: GgufHead, key: string): number | undefined {
  const value = head.values.get(key);
  return value?.kind === 'number' ? value.value : undefined;
}
