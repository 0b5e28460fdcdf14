/** What plans are predicted with: what passes cost, and how long prompts and answers are. */
import { genericCosts, prefillTotalMs } from '../../core/estimate.ts';
import { answerLength, emptyLengthModel, type LengthQuantiles } from '../../core/lengths.ts';
import type { ModelId } from '../../core/task.ts';
import type { Device } from '../../core/workflow.ts';
import type { TaskSpec } from '../tasks.ts';

export interface Predictor {
  /** What passes of this model cost now. */
  device(model: ModelId): Device;
  promptTokens(spec: TaskSpec): number;
  answerTokens(spec: TaskSpec): LengthQuantiles;
}

/** Source code, at the pessimistic end: a part of a file that turns out too long costs one more try. */
const charsPerToken = 3;

/** Before anything is learned. */
export const genericPredictor: Predictor = {
  device: () => ({ costs: genericCosts, chunkTokens: 64 }),
  promptTokens: (spec) => Math.ceil(textLength(spec) / charsPerToken),
  answerTokens: (spec) =>
    answerLength(emptyLengthModel, {
      class: spec.class,
      inputTokens: textLength(spec) / charsPerToken,
      maxTokens: spec.limits.maxTokens,
    }),
};

function textLength({ prompt }: TaskSpec): number {
  return prompt.kind === 'chat' ? prompt.user.length : prompt.prefix.length + prompt.suffix.length;
}

/** What a question and an answer of so many tokens take when nothing else runs, in ms. */
export function predictedMs(predictor: Predictor, spec: TaskSpec, answerTokens: number): number {
  const { costs, chunkTokens } = predictor.device(spec.model);
  const promptTokens = predictor.promptTokens(spec);
  return prefillTotalMs(costs, promptTokens, 0, chunkTokens) + answerTokens * costs.decodeMs(1, promptTokens);
}

/** Of one call that puts several questions, one after the other. */
export function predictedCall(
  predictor: Predictor,
  specs: readonly TaskSpec[],
): { readonly ownTokens: number; readonly answerTokens: LengthQuantiles } {
  const answers = specs.map((spec) => predictor.answerTokens(spec));
  const sum = (share: keyof LengthQuantiles): number => answers.reduce((all, each) => all + each[share], 0);
  return {
    ownTokens: specs.reduce((all, spec) => all + predictor.promptTokens(spec), 0),
    answerTokens: { p10: sum('p10'), p25: sum('p25'), p50: sum('p50'), p75: sum('p75'), p90: sum('p90') },
  };
}
