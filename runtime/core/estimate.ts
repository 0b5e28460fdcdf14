/**
 * What a forward pass costs: predictions that every decision stands on, learned from every pass. Pure, (state, sample) -> state.
 *
 * A pass takes `pace x (level(count) + slope x context)`:
 * - The levels are a measured table over prefill tokens and over decoding sequences, interpolated between its points. No formula,
 *   as the real curve has steps and is not monotone: the kernels of a processor change with the number of rows.
 * - The slope is what attention adds for each 1,000 tokens held; for a prefill it grows with the chunk.
 * - The pace is how slow the whole machine is now (heat, battery, other programs). It follows within tens of passes, and what it
 *   learns in one kind of pass holds for the points that were not visited lately.
 *
 * A point that was never visited takes the prior's shape, scaled as its visited neighbours are.
 */
import {
  type CostCell,
  type CostTable,
  type Curve,
  contextUnits,
  costPoints,
  curveMs,
  curveOf,
  pointsAround,
} from './cost-curve.ts';
import { addError, type ErrorLog, emptyErrorLog } from './error-log.ts';
import type { PassReport, StepKind } from './pass-report.ts';

/** Predicted durations of single forward passes of one model on one device, in ms. */
export interface Costs {
  /** A prefill chunk of `tokens` after `contextTokens` that the sequence already holds. */
  prefillMs(tokens: number, contextTokens: number): number;
  /** One token for each of `sequences`, which hold `contextTokens` together. */
  decodeMs(sequences: number, contextTokens: number): number;
}

/** Raised when an older state could no longer be read as a newer one. */
export const costModelVersion = 1;

/** What a measurement holds for. */
export interface CostKey {
  /** Absolute path of the model file. The file is known by its content, so a copy or a new name keeps its measurement. */
  readonly file: string;
  /** As the engine names it: the processor, or the graphics card and its backend. */
  readonly device: string;
  readonly threads: number;
}

/** Survives JSON unchanged. */
export interface CostModel {
  /** How much slower than the levels the machine is now. */
  readonly pace: number;
  /** Mean absolute deviation of all passes, as a share of the prediction. */
  readonly deviation: number;
  readonly prefill: CostTable;
  readonly decode: CostTable;
}

/**
 * Before anything is measured: a 0.5 B model with 4-bit weights on one core of a 2024 server processor, with the steps smoothed away.
 * A larger model or a faster device differs by a factor, which the first pass corrects for all points.
 */
export const genericCosts: Costs = {
  prefillMs: (tokens, contextTokens) => 12 + 2.9 * tokens + (0.5 * tokens * contextTokens) / 1_000,
  decodeMs: (sequences, contextTokens) => 9 + 6 * sequences + (2 * contextTokens) / 1_000,
};

/** The first samples of a cell count by their lower median: an outlier among them is slow, and there is nothing yet to tell it by. */
const earlySamples = 5;
/** From here on a cell averages over its last {@link warmSamples} samples or so. */
const warmSamples = 40;
/** Share of a residual that the pace follows. */
const paceGain = 0.15;
/** A residual counts as this many mean deviations at most (Huber), so a hiccup of 10 s is one unusual pass like any other. */
const clipDeviations = 3;
/** A little wider than the clip, so that the deviation grows when all passes are unusual: then the machine has changed. */
const growthDeviations = 4;
const deviationGain = 0.1;
const deviationMin = 0.02;
const deviationMax = 2;
const deviationStart = 0.05;
/** The slope changes with the model alone, so it has a long memory: contexts differ from task to task, not from pass to pass. */
const slopeGain = 0.01;
const paceRange = [1e-3, 1e3] as const;
/** Durations that can be true, in ms. A machine that slept during a pass says nothing about the pass. */
const wallMsRange = [1e-3, 3_600_000] as const;
/** Tokens that can be true, evaluated or held. */
const tokensMax = 1e8;
/** What a cell may come to, in ms, however absurd its samples are. */
const levelMsRange = [1e-6, 1e9] as const;

const cellStart: CostCell = { ms: 0, context: 0, deviation: deviationStart, samples: 0, early: [] };

export function newCostModel(prior: Costs = genericCosts): CostModel {
  return { pace: 1, deviation: deviationStart, prefill: newTable('prefill', prior), decode: newTable('decode', prior) };
}

function newTable(kind: StepKind, prior: Costs): CostTable {
  const costOf = (count: number, contextTokens: number): number => {
    const ms = ask(prior, kind, count, contextTokens);
    return Number.isFinite(ms) && ms > 0 ? ms : ask(genericCosts, kind, count, contextTokens);
  };
  const reference = kind === 'prefill' ? 64 : 1;
  return {
    prior: costPoints[kind].map((count) => costOf(count, 0)),
    priorSlope: Math.max(0, costOf(reference, 1_000) - costOf(reference, 0)),
    cells: costPoints[kind].map(() => cellStart),
    variance: 0,
    covariance: 0,
    errors: emptyErrorLog,
  };
}

function ask(costs: Costs, kind: StepKind, count: number, contextTokens: number): number {
  return kind === 'prefill' ? costs.prefillMs(count, contextTokens) : costs.decodeMs(count, contextTokens);
}

/** The predictions of a state. A table is laid out at its first question, so asking on is cheap; the state never changes. */
export function costsOf(model: CostModel): Costs {
  let prefill: Curve | undefined;
  let decode: Curve | undefined;
  return {
    prefillMs: (tokens, contextTokens) => {
      prefill ??= curveIn(model, 'prefill');
      return model.pace * curveMs(prefill, tokens, kilo(contextTokens));
    },
    decodeMs: (sequences, contextTokens) => {
      decode ??= curveIn(model, 'decode');
      return model.pace * curveMs(decode, sequences, kilo(contextTokens));
    },
  };
}

/** Laid out once for each table, which never changes: a pass of one kind leaves the other's curve as it was. */
const curves = new WeakMap<CostTable, Curve>();

function curveIn(model: CostModel, kind: StepKind): Curve {
  const table = model[kind];
  const known = curves.get(table);
  if (known !== undefined) return known;
  const curve = curveOf(table, kind, model[kind === 'prefill' ? 'decode' : 'prefill']);
  // Before its first sample it follows the other table, which may change.
  if (table.cells.some(({ samples }) => samples > 0)) curves.set(table, curve);
  return curve;
}

/** Time of a whole prompt of `tokens` after `contextTokens`, in chunks. Exact for costs that are linear in the context, as ours are. */
export function prefillTotalMs(costs: Costs, tokens: number, contextTokens: number, chunkTokens: number): number {
  if (!(tokens > 0)) return 0;
  const chunk = Math.max(1, chunkTokens);
  const full = Math.floor(tokens / chunk);
  const rest = tokens - full * chunk;
  const restMs = rest > 0 ? costs.prefillMs(rest, contextTokens + full * chunk) : 0;
  if (full === 0) return restMs;
  const firstMs = costs.prefillMs(chunk, contextTokens);
  const lastMs = costs.prefillMs(chunk, contextTokens + (full - 1) * chunk);
  return (full * (firstMs + lastMs)) / 2 + restMs;
}

/** The state after one more pass; the same state when the report cannot be true. */
export function learn(model: CostModel, sample: PassReport): CostModel {
  if (!canTeach(sample)) return model;
  const { kind, wallMs } = sample;
  const count = kind === 'prefill' ? sample.tokens : sample.sequences;
  const context = kilo(sample.contextTokens);
  const curve = curveIn(model, kind);
  const predictedMs = model.pace * curveMs(curve, count, context);
  const residual = Math.log(wallMs / predictedMs);
  const { prefill, decode, pace, deviation } = model;
  const errors = addError(model[kind].errors, predictedMs, wallMs);
  const table = learnCells(model[kind], errors, curve, { count, context, residual });
  const isKnown = pointsAround(kind, count).every(([index]) => cellOf(model[kind], index).samples >= earlySamples);
  const step = clip(residual, clipDeviations * deviation);
  return {
    pace: isKnown ? within(paceRange, pace * Math.exp(paceGain * step)) : pace,
    deviation: isKnown ? nextDeviation(deviation, residual) : deviation,
    prefill: kind === 'prefill' ? table : prefill,
    decode: kind === 'decode' ? table : decode,
  };
}

interface Lesson {
  readonly count: number;
  readonly context: number;
  /** Logarithm of measured over predicted. */
  readonly residual: number;
}

/** A sample between two points teaches both, each as much as it took part in the prediction. */
function learnCells(table: CostTable, errors: ErrorLog, curve: Curve, lesson: Lesson): CostTable {
  const cells = table.cells.slice();
  let { variance, covariance } = table;
  for (const [index, weight] of pointsAround(curve.kind, lesson.count)) {
    const cell = cellOf(table, index);
    const units = contextUnits(curve.kind, curve.points[index] ?? 1);
    const hereMs = (curve.levels[index] ?? 0) + curve.slope * units * lesson.context;
    if (cell.samples < earlySamples) {
      if (weight >= 0.5)
        cells[index] = earlyCell(cell, hereMs * Math.exp(lesson.residual), curve.slope * units, lesson);
      continue;
    }
    const gain = weight * Math.max(1 / warmSamples, 1 / (cell.samples + 1));
    const ms = hereMs * Math.exp(clip(lesson.residual, clipDeviations * cell.deviation));
    const distance = units * (lesson.context - cell.context);
    variance += slopeGain * weight * (distance * distance - variance);
    covariance += slopeGain * weight * (distance * (ms - cell.ms) - covariance);
    cells[index] = {
      // Both ends of the step are seen from the new mean context, so that a far context moves the mean and not the level.
      ms: within(levelMsRange, Math.max(cell.ms / 2, cell.ms + gain * (ms - hereMs) + curve.slope * gain * distance)),
      context: cell.context + gain * (lesson.context - cell.context),
      deviation: nextDeviation(cell.deviation, lesson.residual),
      samples: Math.min(warmSamples, cell.samples + 1),
      early: cell.early,
    };
  }
  return { prior: table.prior, priorSlope: table.priorSlope, cells, variance, covariance, errors };
}

function earlyCell(cell: CostCell, ms: number, slope: number, { context }: Lesson): CostCell {
  const early = [...cell.early, Math.max(ms / 10, ms - slope * context)];
  const samples = early.length;
  const mean = cell.context + (context - cell.context) / samples;
  const median = [...early].sort((a, b) => a - b)[Math.ceil(samples / 2) - 1] ?? ms;
  return {
    ...cell,
    ms: within(levelMsRange, median + slope * mean),
    context: mean,
    samples,
    early: samples < earlySamples ? early : [],
  };
}

/** A decode of more tokens than sequences verifies a draft: it is neither kind of pass. */
function canTeach({ kind, tokens, sequences, contextTokens, wallMs }: PassReport): boolean {
  const counts = [tokens, sequences].every((count) => count >= 1 && count <= tokensMax);
  const context = contextTokens >= 0 && contextTokens <= tokensMax;
  const time = wallMs >= wallMsRange[0] && wallMs <= wallMsRange[1];
  return counts && context && time && (kind === 'prefill' || tokens === sequences);
}

function cellOf(table: CostTable, index: number): CostCell {
  return table.cells[index] ?? cellStart;
}

function nextDeviation(deviation: number, residual: number): number {
  const seen = Math.min(Math.abs(residual), growthDeviations * deviation);
  return within([deviationMin, deviationMax], deviation + deviationGain * (seen - deviation));
}

function clip(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}

function within([low, high]: readonly [number, number], value: number): number {
  return Math.max(low, Math.min(high, value));
}

function kilo(tokens: number): number {
  return tokens > 0 ? tokens / 1_000 : 0;
}
