/** What a timeline draws of its spans: neighbours that do the same for the same task become one, until all fit a page. Pure. */
import type { Lane, Span } from './report.ts';

/** About 150 bytes each. */
const spansMax = 8_000;

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
  let joinedLanes = lanes.map(({ spans }, lane) => joined(growing(spans, lane), 0));
  const size = (): number => joinedLanes.reduce((sum, spans) => sum + spans.length, 0);
  const step = meanStepMs(lanes.flatMap(({ spans }) => spans.filter(isDrawable)));
  let gapMs = 0;
  while (size() > most && gapMs < 16 * step) {
    gapMs = gapMs === 0 ? step / 4 : gapMs * 2;
    joinedLanes = joinedLanes.map((spans) => joined(spans, gapMs));
  }
  const spans = joinedLanes.flat();
  const endMs = [...spans].sort((a, b) => a.startMs - b.startMs)[most]?.startMs ?? Number.POSITIVE_INFINITY;
  return { spans: spans.filter(({ startMs }) => startMs < endMs), gapMs, endMs };
}

/** Copies, by time. */
function growing(spans: readonly Span[], lane: number): Growing[] {
  const drawable = spans.filter(isDrawable).sort((a, b) => a.startMs - b.startMs);
  return drawable.map((span) => ({ ...span, lane, passes: 1 }));
}

/** How far apart spans begin on average, whatever their lane. */
function meanStepMs(spans: readonly Span[]): number {
  const firstMs = spans.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  const lastMs = spans.reduce((largest, { endMs }) => Math.max(largest, endMs), Number.NEGATIVE_INFINITY);
  return spans.length === 0 ? 0 : (lastMs - firstMs) / spans.length;
}

function isDrawable({ startMs, endMs }: Span): boolean {
  return Number.isFinite(startMs) && Number.isFinite(endMs) && endMs >= startMs;
}

/** Being built: a run of hundreds of passes is one object, not hundreds. */
type Growing = { -readonly [Key in keyof DrawnSpan]: DrawnSpan[Key] };

/** `spans` of one lane, by time. What was joined over a smaller gap can be joined further: the result is the same. */
function joined(spans: readonly Growing[], gapMs: number): Growing[] {
  const result: Growing[] = [];
  let last: Growing | undefined;
  for (const span of spans) {
    // Prefill chunks stay apart: how large each was is what one looks for.
    const isSame = last?.activity === span.activity && last.task === span.task && span.activity !== 'prefill';
    if (last === undefined || !isSame || span.startMs - last.endMs > gapMs + 1e-6) {
      last = span;
      result.push(last);
      continue;
    }
    last.passes += span.passes;
    last.endMs = Math.max(last.endMs, span.endMs);
    if (span.tokens !== undefined) last.tokens = (last.tokens ?? 0) + span.tokens;
  }
  return result;
}
