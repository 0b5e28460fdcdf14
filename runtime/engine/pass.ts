/**
 * What a device is asked to compute in one go, and what it answers. The words between the step machine and a device.
 */
import type { PassReport, StepKind } from '../core/pass-report.ts';
import type { Words } from '../core/sentence.ts';
import type { ModelId, TaskId } from '../core/task.ts';
import type { Moves } from './slots.ts';

/** What one sequence does in a pass: cut the slot to `keep` tokens, evaluate `tokens` after them, sample the next one if asked to. */
export interface PassItem {
  readonly id: TaskId;
  readonly slot: number;
  readonly keep: number;
  readonly tokens: readonly number[];
  readonly sample: boolean;
  /**
   * A guess of what follows `tokens`, only with `sample`: evaluated in the same pass, and a token is sampled at each of its places
   * until one disagrees.
   */
  readonly draft?: readonly number[] | undefined;
  /** Only with `sample` and without a draft: the token begins with this text, or is the beginning of it. */
  readonly begin?: string | undefined;
  /** Only with `sample`: how probable the sampled tokens are is to be told. */
  readonly tellsProbability?: true | undefined;
  /** What the device does with the slot before it cuts it. */
  readonly moves?: Moves | undefined;
}

/** One forward pass of one model: a prefill chunk of one sequence, or one token for each of several. */
export interface Pass {
  readonly model: ModelId;
  readonly kind: StepKind;
  readonly items: readonly PassItem[];
}

export type PassItemResult =
  /**
   * `token` is the sampled one; it must be there exactly when the item asked for it. It comes after the first `accepted` tokens of
   * the draft, which are what would have been sampled there. The slot may hold the whole draft: the next pass cuts it.
   * `logProbabilities`, if the item asked for them and the device can tell: of each of these tokens, the sampled one last.
   */
  | {
      readonly kind: 'done';
      readonly token?: number;
      readonly accepted?: number;
      readonly logProbabilities?: readonly number[];
    }
  /** The device could not keep as many tokens as asked and evaluated nothing; the rest is prefilled again. */
  | { readonly kind: 'keptLess'; readonly tokens: number }
  | { readonly kind: 'failed'; readonly message: Words };

export interface PassResult {
  /** One for each item of the pass, in the same order. */
  readonly items: readonly PassItemResult[];
  readonly wallMs: number;
}

/** Counts only what was really evaluated; undefined when that is nothing, so that failures teach the cost model nothing. */
export function reportOf(pass: Pass, result: PassResult): PassReport | undefined {
  const done = pass.items.filter((_, index) => result.items[index]?.kind === 'done');
  if (done.length === 0) return undefined;
  const drafted = done.reduce((sum, { draft = [] }) => sum + draft.length, 0);
  return {
    model: pass.model,
    kind: pass.kind,
    tokens: done.reduce((sum, item) => sum + item.tokens.length, drafted),
    sequences: done.length,
    contextTokens: done.reduce((sum, item) => sum + item.keep, 0),
    wallMs: result.wallMs,
    ...(pass.kind === 'prefill' && { id: done[0]?.id }),
    ...(drafted > 0 && { drafted, accepted: acceptedTokens(pass, result) }),
  };
}

function acceptedTokens(pass: Pass, { items }: PassResult): number {
  return pass.items.reduce((sum, item, index) => {
    const result = items[index];
    return sum + (result === undefined ? 0 : acceptedOf(item, result).length);
  }, 0);
}

/** The tokens of the draft that were right: they are in the slot and part of the answer, before the sampled one. */
export function acceptedOf({ draft = [] }: PassItem, result: PassItemResult): readonly number[] {
  return result.kind === 'done' ? draft.slice(0, result.accepted ?? 0) : [];
}
