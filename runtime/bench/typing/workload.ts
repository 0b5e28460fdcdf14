/** What the rules are put to: fixed before any of them was tuned; a later change needs a reason, written here. Data only. */
import type { Target } from '../report/report.ts';

/** The product's default promise for the first token. */
export const targetMs = 500;

/** At the keys of VS Code, llama.vscode 0, Cody 75, Continue 350. */
export const fixedWaitsMs = [0, 75, 350] as const;

/** The knob: what a request costs, in suggestions shown. */
export const requestCosts = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6] as const;

/** Of 75 s on average. */
export const sessionsPerSeed = 12;

export const seeds = {
  tuning: [801, 802, 803, 804, 805, 806, 807, 808],
  reporting: [501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 512, 513, 514, 515, 516],
} as const;

export const aims: Readonly<Record<string, Target>> = {
  'completion.requests_ratio.cpu.study': { atMost: 0.5 },
  'completion.requests_ratio.gpu.study': { atMost: 0.5 },
};
