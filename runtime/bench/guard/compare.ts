/** Whether measured figures are as good as those that were committed: the rules of `npm run bench:guard`. Pure. */
import { z } from 'zod';

const lineSchema = z.strictObject({
  figure: z.string().min(1),
  value: z.number(),
  /** In units of the figure: worse by more than this fails. 0 for what comes out the same everywhere. */
  tolerance: z.number().nonnegative(),
  /** What is better. */
  direction: z.enum(['higher', 'lower']),
  /** Why there is a tolerance. */
  because: z.string().min(1).optional(),
});

export const baselineSchema = z
  .array(lineSchema)
  .refine((lines) => new Set(lines.map(({ figure }) => figure)).size === lines.length, 'A figure has one line.')
  .refine(
    (lines) => lines.every(({ tolerance, because }) => tolerance === 0 || because !== undefined),
    'A tolerance needs a reason.',
  );

export type BaselineLine = z.infer<typeof lineSchema>;
export type Baseline = readonly BaselineLine[];
export type Figures = Readonly<Record<string, number>>;

export interface Verdict {
  readonly figure: string;
  readonly kind: 'same' | 'better' | 'worse' | 'missing' | 'unknown';
  /** For a person. */
  readonly sentence: string;
}

/** Figures are compared as they are written, with this many decimals: sums of the same numbers in another order are the same figure. */
const decimals = 4;

function rounded(value: number): number {
  return Number(value.toFixed(decimals));
}

/** One verdict for each line of the baseline, and one for each figure that has none. */
export function compare(baseline: Baseline, figures: Figures): Verdict[] {
  const known = new Set(baseline.map(({ figure }) => figure));
  const unknown = Object.keys(figures).filter((figure) => !known.has(figure));
  return [
    ...baseline.map((line) => verdictOf(line, figures[line.figure])),
    ...unknown.map((figure): Verdict => {
      const sentence = `${figure} = ${figures[figure]} is not in the baseline: add a line with its value, direction and tolerance.`;
      return { figure, kind: 'unknown', sentence };
    }),
  ];
}

function verdictOf({ figure, value, tolerance, direction }: BaselineLine, measured: number | undefined): Verdict {
  if (measured === undefined || !Number.isFinite(measured)) {
    const sentence = `${figure} was not measured (${measured ?? 'no such figure'}); the baseline has ${value}.`;
    return { figure, kind: 'missing', sentence };
  }
  const now = rounded(measured);
  const gain = direction === 'higher' ? now - value : value - now;
  if (Math.abs(gain) <= tolerance) return { figure, kind: 'same', sentence: `${figure} is ${now}, as before.` };
  const kind = gain > 0 ? 'better' : 'worse';
  const allowed = tolerance === 0 ? '' : `, more than the tolerance of ${tolerance}`;
  return {
    figure,
    kind,
    sentence: `${figure} is ${kind}: it was ${value} and is ${now}${allowed} (${direction} is better).`,
  };
}

/** Whether the guard lets a change pass. */
export function passes(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ kind }) => kind === 'same' || kind === 'better');
}

/** The baseline with the better values, or with all that were measured. */
export function accepted(baseline: Baseline, figures: Figures, which: 'better' | 'all'): Baseline {
  const kinds = new Map(compare(baseline, figures).map(({ figure, kind }) => [figure, kind]));
  return baseline.map((line) => {
    const measured = figures[line.figure];
    const kind = kinds.get(line.figure);
    const isTaken = kind === 'better' || (which === 'all' && kind !== 'missing');
    return isTaken && measured !== undefined ? { ...line, value: rounded(measured) } : line;
  });
}
