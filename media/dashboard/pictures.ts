/** From figures to what charts show. Pure. */
import type { Answer } from './answers.ts';
import type { CostErrors } from './cost-errors.ts';
import { type ClassFigures, goodput, histogram, promiseBin } from './figures.ts';
import { stepMsOf } from './ticks.ts';
import type { Words } from './words.ts';

/** What a chart shows now. */
export interface Picture {
  /** In a sentence: what stands above it, and what who does not see it is told. */
  readonly label: string;
  /** The legend says it better to whoever sees it. */
  readonly isNamed?: true;
  /** First x, then a list for each series; `null` where there is nothing. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly rows: readonly (readonly string[])[];
  /** Where a line is to stand on the x axis, and what it says. */
  readonly mark?: { readonly x: number; readonly label: string };
}

/** At most so many bars of goodput. */
const goodputBars = 48;

export function distributionPicture(figures: ClassFigures | undefined, words: Words): Picture | undefined {
  if (figures === undefined || figures.valuesMs.length === 0) return undefined;
  const { valuesMs, targetMs, p50Ms = 0, p95Ms = 0 } = figures;
  const bins = histogram(valuesMs, targetMs);
  const label = words.text(
    'distributionLabel',
    words.text(figures.class),
    valuesMs.length,
    words.duration(p50Ms),
    words.duration(p95Ms),
    words.duration(targetMs),
  );
  return {
    label,
    data: [
      bins.map((_, bin) => bin),
      bins.map(({ count }, bin) => (bin <= promiseBin && count > 0 ? count : null)),
      bins.map(({ count }, bin) => (bin > promiseBin && count > 0 ? count : null)),
    ],
    // Between the last bin that keeps the promise and the first that breaks it.
    mark: { x: promiseBin + 0.5, label: `${words.text('promised')} ${words.duration(targetMs)}` },
    rows: bins
      .filter(({ count }) => count > 0)
      .map(({ fromMs, toMs, count }) => [
        words.duration(fromMs),
        Number.isFinite(toMs) ? words.duration(toMs) : '∞',
        words.number(count),
      ]),
  };
}

/** The upper border of a bin, for the axis. */
export function binLabel(bin: number, targetMs: number, words: Words): string {
  const border = histogram([], targetMs)[Math.round(bin)]?.toMs;
  return border === undefined || !Number.isFinite(border) || bin !== Math.round(bin) ? '' : words.duration(border);
}

export function goodputPicture(
  answers: readonly Answer[],
  { fromMs, toMs, originMs }: { readonly fromMs: number; readonly toMs: number; readonly originMs: number },
  words: Words,
): Picture | undefined {
  const stepMs = stepMsOf((toMs - fromMs) / goodputBars);
  const parts = goodput(answers, fromMs, toMs, stepMs);
  const [kept, decided] = parts.reduce(([k, d], part) => [k + part.kept, d + part.decided], [0, 0]);
  if (decided === 0) return undefined;
  return {
    label: words.text('goodputLabel', kept, decided, words.duration(stepMs)),
    data: [
      parts.map(({ atMs }) => originMs + atMs),
      // Kept ones stand in front of all, so what is left of a bar are those that were broken.
      parts.map((part) => (part.kept < part.decided ? part.decided : null)),
      parts.map((part) => (part.kept > 0 ? part.kept : null)),
    ],
    rows: parts
      .filter((part) => part.decided > 0)
      .reverse()
      .map((part) => [
        words.clock(originMs + part.atMs),
        words.number(part.decided),
        words.share(part.kept / part.decided),
      ]),
  };
}

export function costPicture({ samples, lines }: CostErrors, originMs: number, words: Words): Picture | undefined {
  if (lines.length === 0) return undefined;
  const now = lines.map(({ model, step, p50s }) => [lineName({ model, step }, words), p50s.at(-1) ?? null] as const);
  const told = now.flatMap(([name, p50]) => (p50 === null ? [] : [`${name} ${words.share(p50)}`]));
  return {
    label: words.text('costErrorLabel', told.join(', ')),
    isNamed: true,
    data: [samples.map(({ atMs }) => originMs + atMs), ...lines.map(({ p50s }) => p50s)],
    rows: now.map(([name, p50]) => [name, p50 === null ? '–' : words.share(p50)]),
  };
}

export function lineName({ model, step }: { readonly model: string; readonly step: string }, words: Words): string {
  return words.text(step === 'prefill' ? 'prefillError' : 'decodeError', model);
}
