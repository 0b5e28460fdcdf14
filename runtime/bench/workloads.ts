/**
 * What every bench puts to every policy: promises, mixes, lengths, cost tables, seeds, windows. Fixed before any tuning; a later change
 * needs a reason, written here. Data only: who makes requests of it is in `replay/`, who runs them elsewhere.
 */

// ---------------------------------------------------------------------------------------------------------------- SABER's set-up

/** The four kinds of request of the SABER paper (arXiv 2506.19677). */
export type SaberClass = 'question' | 'summary' | 'generation' | 'translation';

export const saberClasses: readonly SaberClass[] = ['question', 'summary', 'generation', 'translation'];

/**
 * SABER's experiment, with ten times its requests in a cell, so that a share of 50 % is known to ±3 points instead of ±10.
 * An answer takes 1 / v(L) seconds for each token while L requests run; prompts cost nothing.
 */
export const saber = {
  /** Promised time to the last token, in ms. */
  targetMs: { question: 1_000, summary: 1_000, generation: 8_000, translation: 12_000 },
  /** Tokens of an answer: what a request has at most and, unless lengths are lognormal, exactly. */
  answerTokens: { question: 51, summary: 48, generation: 387, translation: 617 },
  /** Shares of the classes. W1 is heavy, W2 light, W3 even. */
  mixes: {
    W1: { question: 0.1, summary: 0.1, generation: 0.4, translation: 0.4 },
    W2: { question: 0.4, summary: 0.4, generation: 0.1, translation: 0.1 },
    W3: { question: 0.25, summary: 0.25, generation: 0.25, translation: 0.25 },
  },
  /** Poisson arrivals, requests per second. */
  requestsPerSecond: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20],
  /** Requests of one cell (workload, rate, policy, seed). */
  requests: 1_000,
  /** The comparator is the best of these `max_num_seqs` in each cell. */
  staticSequences: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  /** The second table: answers are `answerTokens` x lognormal of mean 1 and this coefficient of variation, known to no policy. */
  lengthVariation: 0.7,
  seeds: { tuning: [901, 902, 903, 904, 905, 906], reporting: [11, 12, 13, 14, 15, 16, 17, 18, 19, 20] },
} as const satisfies {
  targetMs: Record<SaberClass, number>;
  answerTokens: Record<SaberClass, number>;
  mixes: Record<string, Record<SaberClass, number>>;
  [other: string]: unknown;
};

/** The load beyond which the published curve was never fitted: it turns negative at 235. */
export const saberLoadMax = 100;

/**
 * The published speed of one request in tokens per second while `load` requests run: the Universal Scalability Law, fitted by the
 * authors for Qwen2.5-Coder-3B on vLLM. Beyond 100 requests they share the total speed of 100.
 */
export function saberSpeed(load: number): number {
  const fitted = Math.min(Math.max(load, 1), saberLoadMax);
  const speed = 102.549 / (1 + 0.029956 * fitted - 0.000146 * fitted ** 2);
  return load > saberLoadMax ? (speed * saberLoadMax) / load : speed;
}
