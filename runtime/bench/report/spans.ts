/** What a timeline draws of its spans: neighbours that do the same for the same task become one, until all fit a page. Pure. */
import type { Lane, Span } from './report.ts';

/** About 150 bytes each. */
export const spansMax = 8_000;

export interface DrawnSpan extends Span {
  readonly lane: number;
  /** How many spans it stands for. */
  readonly passes: number;
}

export interface DrawnSpans {
  readonly spans: readonly DrawnSpan[];
  /** Neighbours that are no further apart than this were joined. */
  readonly gapMs: number;
  /** Spans that begin at or after this time are left out; infinite when all are drawn. */
  readonly endMs: number;
}

/** First with neighbours that touch; as long as these are too many, with larger gaps. What then is still too much is cut at the end. */
export function drawnSpans(lanes: readonly Lane[], most = spansMax): DrawnSpans {
  const lanesSorted = lanes.map(({ spans }) => spans.filter(isDrawable).sort((a, b) => a.startMs - b.startMs));
  const count = lanesSorted.reduce((sum, spans) => sum + spans.length, 0);
  const all = lanesSorted.flat();
  const firstMs = all.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  const lastMs = all.reduce((largest, { endMs }) => Math.max(largest, endMs), Number.NEGATIVE_INFINITY);
  const step = count === 0 ? 0 : (lastMs - firstMs) / count;
  let gapMs = 0;
  let spans = joinedAll(lanesSorted, gapMs);
  while (spans.length > most && gapMs < 16 * step) {
    gapMs = gapMs === 0 ? step / 4 : gapMs * 2;
    spans = joinedAll(lanesSorted, gapMs);
  }
  if (spans.length <= most) return { spans, gapMs, endMs: Number.POSITIVE_INFINITY };
  const endMs = [...spans].sort((a, b) => a.startMs - b.startMs)[most]?.startMs ?? lastMs;
  return { spans: spans.filter(({ startMs }) => startMs < endMs), gapMs, endMs };
}

function isDrawable({ startMs, endMs }: Span): boolean {
  return Number.isFinite(startMs) && Number.isFinite(endMs) && endMs >= startMs;
}

function joinedAll(lanes: readonly (readonly Span[])[], gapMs: number): DrawnSpan[] {
  return lanes.flatMap((spans, lane) => joined(spans, lane, gapMs));
}

/** Being built: a run of hundreds of passes is one object, not hundreds. */
type Growing = { -readonly [Key in keyof DrawnSpan]: DrawnSpan[Key] };

function joined(spans: readonly Span[], lane: number, gapMs: number): DrawnSpan[] {
  const result: Growing[] = [];
  let last: Growing | undefined;
  for (const span of spans) {
    // Prefill chunks stay apart: how large each was is what one looks for.
    const isSame = last?.activity === span.activity && last.task === span.task && span.activity !== 'prefill';
    if (last === undefined || !isSame || span.startMs - last.endMs > gapMs + 1e-6) {
      last = { ...span, lane, passes: 1 };
      result.push(last);
      continue;
    }
    last.passes += 1;
    last.endMs = Math.max(last.endMs, span.endMs);
    if (span.tokens !== undefined) last.tokens = (last.tokens ?? 0) + span.tokens;
  }
  return result;
}
