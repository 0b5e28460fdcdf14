/**
 * Whether promises are kept just now: a fold over the runtime's statuses with a clock that is passed in. Pure, without vscode.
 *
 * The runtime counts over some minutes; a light that goes by them is late both ways. So what was decided between two statuses is what counts
 * here, for one minute. Ghost text tells most, as there is most of it and nobody waits for it.
 */
import type { Status, WireTaskClass } from '../runtime/protocol.ts';

export type LightState = 'kept' | 'atRisk' | 'broken';

/** Promises that were kept and broken between two statuses, weighed. */
interface Mark {
  readonly atMs: number;
  readonly kept: number;
  readonly broken: number;
}

export interface Light {
  readonly state: LightState;
  /** Since when promises break; undefined while they do not. */
  readonly brokenSinceMs: number | undefined;
  /** The last minute, the oldest first. */
  readonly marks: readonly Mark[];
  /** What the runtime of this process had counted; a window that opens does not judge what was before. */
  readonly counted: { readonly pid: number; readonly classes: readonly Counted[] } | undefined;
}

interface Counted {
  readonly class: WireTaskClass;
  readonly kept: number;
  readonly broken: number;
}

export const lightAtFirst: Light = { state: 'kept', brokenSinceMs: undefined, marks: [], counted: undefined };

export const rememberedMs = 60_000;
/** Promises break for so long before it is worth a colour. */
export const warnAfterMs = 60_000;
/** Statuses come up to four times a second; what comes closer together is one mark, so there are at most 60. */
const markMs = 1_000;

const weights: Readonly<Record<WireTaskClass, number>> = { completion: 3, summarize: 1, translate: 1, generate: 1 };

/** A state is entered at one share of kept promises and left at a higher one, so that it does not flicker. */
const shares = { broken: { below: 0.8, until: 0.9 }, atRisk: { below: 0.95, until: 0.98 } } as const;
/** The same for how near the first tokens of ghost text come to their promise. */
const nearness = { from: 0.9, until: 0.8 } as const;
/** One late task is an accident. */
const brokenWeightMin = 2;
/** Below this many completions a 95th percentile is the longest of a few. */
const decidedMin = 5;

/** @param status undefined without a runtime: what is remembered fades, and nothing is added. */
export function lightAfter(light: Light, status: Status | undefined, nowMs: number): Light {
  const recent = light.marks.filter(({ atMs }) => nowMs - atMs < rememberedMs);
  const counted = status && countedOf(status);
  const fresh = counted && freshMark(light.counted, counted, nowMs);
  const marks = fresh === undefined ? recent : withMark(recent, fresh);
  const state = stateOf(light.state, marks, status);
  const brokenSinceMs = state === 'broken' ? (light.brokenSinceMs ?? nowMs) : undefined;
  return { state, brokenSinceMs, marks, counted: counted ?? light.counted };
}

export function isWarning({ brokenSinceMs }: Light, nowMs: number): boolean {
  return brokenSinceMs !== undefined && nowMs - brokenSinceMs >= warnAfterMs;
}

/** When something changes by itself, in ms from now; undefined when nothing will. */
export function changesAfterMs({ marks, brokenSinceMs }: Light, nowMs: number): number | undefined {
  const [oldest] = marks;
  const times = [
    ...(oldest === undefined ? [] : [oldest.atMs + rememberedMs]),
    ...(brokenSinceMs === undefined ? [] : [brokenSinceMs + warnAfterMs]),
  ].filter((atMs) => atMs > nowMs);
  return times.length === 0 ? undefined : Math.min(...times) - nowMs;
}

function countedOf({ pid, classes }: Status): NonNullable<Light['counted']> {
  return {
    pid,
    classes: classes.map(({ class: name, kept, decided }) => ({ class: name, kept, broken: decided - kept })),
  };
}

/** What leaves the runtime's own window makes its counts smaller; that is no news. */
function freshMark(before: Light['counted'], now: NonNullable<Light['counted']>, nowMs: number): Mark | undefined {
  if (before?.pid !== now.pid) return undefined;
  let [kept, broken] = [0, 0];
  for (const entry of now.classes) {
    const last = before.classes.find((each) => each.class === entry.class);
    kept += weights[entry.class] * Math.max(0, entry.kept - (last?.kept ?? 0));
    broken += weights[entry.class] * Math.max(0, entry.broken - (last?.broken ?? 0));
  }
  return kept + broken === 0 ? undefined : { atMs: nowMs, kept, broken };
}

function withMark(marks: readonly Mark[], fresh: Mark): Mark[] {
  const last = marks.at(-1);
  if (last === undefined || fresh.atMs - last.atMs >= markMs) return [...marks, fresh];
  return [...marks.slice(0, -1), { atMs: last.atMs, kept: last.kept + fresh.kept, broken: last.broken + fresh.broken }];
}

/**
 * The first that holds:
 * 1. broken: too few promises of the last minute were kept, and it was more than an accident
 * 2. at risk: some were not kept, or the first tokens of ghost text come just in time
 * 3. kept, also when nothing was promised lately
 */
function stateOf(before: LightState, marks: readonly Mark[], status: Status | undefined): LightState {
  const kept = marks.reduce((sum, mark) => sum + mark.kept, 0);
  const broken = marks.reduce((sum, mark) => sum + mark.broken, 0);
  const share = kept + broken === 0 ? 1 : kept / (kept + broken);
  const wasBroken = before === 'broken';
  const brokenMin = wasBroken ? 0 : brokenWeightMin * weights.completion;
  if (share < (wasBroken ? shares.broken.until : shares.broken.below) && broken >= brokenMin) return 'broken';
  const wasAtRisk = before !== 'kept';
  if (share < (wasAtRisk ? shares.atRisk.until : shares.atRisk.below)) return 'atRisk';
  return nearnessOf(status) > (wasAtRisk ? nearness.until : nearness.from) ? 'atRisk' : 'kept';
}

function nearnessOf(status: Status | undefined): number {
  const completion = status?.classes.find((each) => each.class === 'completion');
  if (completion?.ttftMs === undefined || completion.decided < decidedMin) return 0;
  return completion.ttftMs.p95 / completion.sla.targetMs;
}
