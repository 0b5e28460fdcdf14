/**
 * What the clients are put to, beside what `bench typing` fixes (seeds, target). Fixed on the tuning half; no figure of the reporting half
 * was seen before. Data only.
 */
import type { Target } from '../report/report.ts';

/** Of 75 s on average. */
export const sessionsPerSeed = 3;

/** The knob: what a request costs, in suggestions shown. */
export const requestCosts = [0, 0.25, 0.5, 0.7, 0.85, 1] as const;

export const aims: Readonly<Record<string, Target>> = {
  'completion.product_requests_ratio.cpu': { atMost: 0.5 },
  'completion.product_requests_ratio.gpu': { atMost: 0.5 },
};
