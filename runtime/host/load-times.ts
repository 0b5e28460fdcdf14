/**
 * How long loads take on this machine: measured for each model file, with the file in the page cache and without apart, and predicted from
 * the size where nothing was measured. Pure; load-times-file.ts keeps it from one run to the next.
 *
 * 1. A load with nine tenths of the file cached is a hot sample. One that read at least half of it from disk is a cold one, stretched to
 *    what the whole file would have taken. What lies between is neither: the cache is only an estimate, and the little that was read
 *    says little.
 * 2. The median of the last few counts: one load beside a build does not make a model slow.
 * 3. Unmeasured: a fixed time and the size at the pace of this machine, which is the median over its other files, or what is usual until
 *    one was measured. Where one of both was measured, the other differs from it by what the disk takes at that pace.
 * 4. Cold never takes less than hot.
 *
 * How many layers went to the graphics processor is not told apart: the same model is loaded the same way, as a rule.
 */

/** One load that succeeded, from the order to load until it was ready. */
export interface MeasuredLoad {
  /** Names the file: its path; of a split model that of the first part. */
  readonly file: string;
  /** Of all parts. Another size is another file. */
  readonly fileBytes: number;
  /** As far as it could be known when the load began. */
  readonly cachedBytes: number;
  readonly ms: number;
}

export interface LoadPrediction {
  /** With the whole file cached. */
  readonly cachedMs: number;
  /** With nothing of it cached. */
  readonly coldMs: number;
}

export interface FileTimes {
  readonly file: string;
  readonly fileBytes: number;
  /** The last few, the newest last. */
  readonly hotMs: readonly number[];
  readonly coldMs: readonly number[];
}

/** Least recently loaded first. */
export type LoadBook = readonly FileTimes[];

export const samplesMax = 5;
export const filesMax = 64;
export const loadMsMax = 3_600_000;
const hotShareMin = 0.9;
const readShareMin = 0.5;
/** A process, a context, the first pass. */
const fixedMs = 300;
/** In bytes per ms: 1.0 and 0.3 GB/s. */
const hotPaceUsual = 1e6;
const coldPaceUsual = 0.3e6;
/** The time of a smaller file is mostly the fixed one and tells nothing of the pace. */
const paceBytesMin = 100e6;
/** Beyond is a clock that jumped: 10 MB/s and 50 GB/s. */
const paceMin = 10e3;
const paceMax = 50e6;

/** The book with one load more; the same book when the load is no measurement. */
export function recordLoad(book: LoadBook, load: MeasuredLoad): LoadBook {
  const { file, fileBytes, ms } = load;
  if (!(ms > 0 && ms <= loadMsMax && fileBytes > 0)) return book;
  const sample = sampleOf(book, load);
  if (sample === undefined) return book;
  const known = timesOf(book, file, fileBytes) ?? { file, fileBytes, hotMs: [], coldMs: [] };
  const times = { ...known, [sample.kind]: [...known[sample.kind], sample.ms].slice(-samplesMax) };
  return [...book.filter((other) => other.file !== file), times].slice(-filesMax);
}

export function predictLoad(book: LoadBook, file: string, fileBytes: number): LoadPrediction {
  const times = timesOf(book, file, fileBytes);
  const hotPace = paceOf(book, 'hotMs') ?? hotPaceUsual;
  const coldPace = paceOf(book, 'coldMs') ?? coldPaceUsual;
  const diskMs = Math.max(0, fileBytes / coldPace - fileBytes / hotPace);
  const hotMs = medianOf(times?.hotMs ?? []);
  const coldMs = medianOf(times?.coldMs ?? []);
  const cachedMs = hotMs ?? Math.min(fixedMs + fileBytes / hotPace, coldMs ?? Number.POSITIVE_INFINITY);
  return { cachedMs, coldMs: Math.max(cachedMs, coldMs ?? cachedMs + diskMs) };
}

function sampleOf(
  book: LoadBook,
  { file, fileBytes, cachedBytes, ms }: MeasuredLoad,
): { readonly kind: 'hotMs' | 'coldMs'; readonly ms: number } | undefined {
  const share = Math.min(1, Math.max(0, cachedBytes / fileBytes));
  if (share >= hotShareMin) return { kind: 'hotMs', ms };
  const readShare = 1 - share;
  if (!(readShare >= readShareMin)) return undefined;
  const { cachedMs } = predictLoad(book, file, fileBytes);
  const stretchedMs = cachedMs + (ms - cachedMs) / readShare;
  return { kind: 'coldMs', ms: Math.min(loadMsMax, Math.max(ms, stretchedMs)) };
}

function timesOf(book: LoadBook, file: string, fileBytes: number): FileTimes | undefined {
  return book.find((times) => times.file === file && times.fileBytes === fileBytes);
}

/** In bytes per ms; undefined before a load that tells. */
function paceOf(book: LoadBook, kind: 'hotMs' | 'coldMs'): number | undefined {
  const paces = book.flatMap((times) => {
    const ms = medianOf(times[kind]);
    if (ms === undefined || times.fileBytes < paceBytesMin) return [];
    return [Math.min(paceMax, Math.max(paceMin, times.fileBytes / Math.max(1, ms - fixedMs)))];
  });
  return medianOf(paces);
}

function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}
