/** How fast a model is on an idle machine, and how soon it keeps the promise of a class, from what its passes were found to cost. Pure. */
import { type CostModel, costsOf, prefillTotalMs } from '../core/estimate.ts';
import type { StepKind } from '../core/pass-report.ts';
import type { TaskClass } from '../core/task.ts';

/** Tokens of an ordinary task: of the prompt those that have to be evaluated, and of the answer those that the promise waits for. */
interface Work {
  readonly heldTokens: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
}

/** While somebody types most of the window is held already; a function is summarized in a paragraph and translated line by line.
 * What is asked for in a sentence is asked with a prompt of its own. */
const ordinary: Readonly<Record<TaskClass, Work>> = {
  completion: { heldTokens: 700, promptTokens: 64, answerTokens: 1 },
  summarize: { heldTokens: 0, promptTokens: 800, answerTokens: 150 },
  translate: { heldTokens: 0, promptTokens: 500, answerTokens: 400 },
  generate: { heldTokens: 0, promptTokens: 600, answerTokens: 1 },
};

/** As on a processor. A graphics card takes more at once, and is far from any promise with either. */
const chunkTokens = 64;
/** Passes of each kind before anything is concluded: the first ones after a load are slower than all others. */
const passesMin = 8;

/** In ms, to the first token of what is promised by it (completions, generated code) and to the last one of anything else; undefined while too little was measured. */
export function ordinaryMs(model: CostModel, name: TaskClass): number | undefined {
  if (!isMeasured(model, 'prefill') || !isMeasured(model, 'decode')) return undefined;
  const { heldTokens, promptTokens, answerTokens } = ordinary[name];
  const costs = costsOf(model);
  const context = heldTokens + promptTokens + answerTokens / 2;
  return prefillTotalMs(costs, promptTokens, heldTokens, chunkTokens) + answerTokens * costs.decodeMs(1, context);
}

/** Of one sequence that has the model to itself. */
export interface Speed {
  readonly prefillTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
}

/** Prompt tokens that a sequence holds in the middle of an ordinary task. */
const speedContextTokens = 512;

/** For people: a prompt of ordinary length from its first token on, and the first token after it; undefined while too little was measured. */
export function speedOf(model: CostModel): Speed | undefined {
  if (!isMeasured(model, 'prefill') || !isMeasured(model, 'decode')) return undefined;
  const costs = costsOf(model);
  return {
    prefillTokensPerSecond: (1_000 * speedContextTokens) / prefillTotalMs(costs, speedContextTokens, 0, chunkTokens),
    decodeTokensPerSecond: 1_000 / costs.decodeMs(1, speedContextTokens),
  };
}

function isMeasured(model: CostModel, kind: StepKind): boolean {
  return model[kind].cells.reduce((sum, { samples }) => sum + samples, 0) >= passesMin;
}
