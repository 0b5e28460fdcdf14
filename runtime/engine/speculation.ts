/**
 * Speculation of one model: what its answers repeat, how often that was right, and what it costs to find out. Keeps the books for
 * core/draft.ts; decides nothing itself.
 */
import { type Acceptance, Lookup, learnAcceptance, newAcceptance, planDraft } from '../core/draft.ts';
import { type CostModel, type Costs, costsOf, learn, newCostModel } from '../core/estimate.ts';
import type { PassReport } from '../core/pass-report.ts';
import type { SequenceView, StepView } from '../core/step.ts';
import type { TaskClass } from '../core/task.ts';
import { type Sequence, sequenceView } from './sequence.ts';

export class Speculation {
  readonly #lookups = new WeakMap<Sequence, Lookup>();
  readonly #acceptance = new Map<TaskClass, Acceptance>();
  /** Of passes that advance one sequence: what this calls sequences are its tokens, so both share the pace of the machine. */
  #verify: CostModel;

  /** @param costs what is known of the model's passes when it has been loaded. */
  constructor(costs: Costs) {
    this.#verify = newCostModel(priorOf(costs));
  }

  /**
   * Guesses for the pass that advances this sequence alone; none when they would not pay or could make somebody late.
   * @param others all running sequences, of other models too.
   */
  draft(sequence: Sequence, { nowMs, limits, costs }: StepView, others: readonly SequenceView[]): number[] {
    const lookup = this.#lookup(sequence);
    if (lookup.matchTokens === 0) return [];
    const count = planDraft({
      nowMs,
      sequence: sequenceView(sequence),
      others,
      limits,
      costs,
      verifyCosts: costsOf(this.#verify),
      acceptance: this.#acceptance.get(sequence.request.class) ?? newAcceptance,
      matchTokens: lookup.matchTokens,
      tokensMax: sequence.maxTokens - (sequence.tokens.length - sequence.promptTokens),
    });
    return lookup.draft(count);
  }

  /** To be called before the token is added to the sequence: guessed or not, it tells whether a guess is, or would have been, right. */
  sampled(sequence: Sequence, token: number): void {
    const sample = this.#lookups.get(sequence)?.push(token);
    if (sample === undefined) return;
    const { class: taskClass } = sequence.request;
    this.#acceptance.set(taskClass, learnAcceptance(this.#acceptance.get(taskClass) ?? newAcceptance, sample));
  }

  passed(report: PassReport): void {
    if (report.kind === 'decode' && report.sequences > 1) return;
    const { tokens } = report;
    this.#verify = learn(this.#verify, report.kind === 'decode' ? { ...report, sequences: tokens } : report);
  }

  /** Made when the first guess could be, after the first token went out: reading a long prompt takes a millisecond. */
  #lookup(sequence: Sequence): Lookup {
    let lookup = this.#lookups.get(sequence);
    if (lookup === undefined) {
      lookup = new Lookup(sequence.tokens);
      this.#lookups.set(sequence, lookup);
    }
    return lookup;
  }
}

/**
 * A pass that verifies n tokens lies between a chunk of n (one sample instead of n) and a decode of n sequences (n contexts instead of
 * one). The cheaper of both is assumed, so that it is tried; from then on the measurement counts.
 */
function priorOf(costs: Costs): Costs {
  return {
    prefillMs: costs.prefillMs,
    decodeMs: (tokens, contextTokens) =>
      tokens <= 1
        ? costs.decodeMs(1, contextTokens)
        : Math.min(costs.prefillMs(tokens, contextTokens), costs.decodeMs(tokens, contextTokens)),
  };
}
