/**
 * The sequences of one context, kept for ever as slots, and the passes that they take part in. Each pass is one llama_decode; what fails
 * is told per item.
 */
import { performance } from 'node:perf_hooks';
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { sentence, type Words } from '../../core/sentence.ts';
import type { PassItem, PassItemResult, PassResult } from '../pass.ts';
import type { Healing } from './healing.ts';
import type { KvShelf } from './kv-shelf.ts';
import { sampledOf, samplingOf } from './sampling.ts';

/** Passes of several sequences that may fail one after the other before their requests are given up instead of tried one by one. */
const batchFailuresMax = 2;

export class Sequences {
  readonly #context: LlamaContext;
  readonly #sequences: LlamaContextSequence[];
  readonly #shelf: KvShelf;
  readonly #healing: Healing;
  #batchFailures = 0;

  constructor(context: LlamaContext, count: number, shelf: KvShelf, healing: Healing) {
    this.#context = context;
    this.#sequences = Array.from({ length: count }, () => context.getSequence());
    this.#shelf = shelf;
    this.#healing = healing;
  }

  /** What a slot holds is saved under this key, cut to as many tokens. Never rejects: then the key is not there. */
  async save(slot: number, tokens: number, key: number): Promise<void> {
    // A measurement has written behind what documents hold (calibration.ts).
    if ((await this.#cut(slot, tokens)) === tokens) await this.#shelf.park(key, this.#sequence(slot));
  }

  /**
   * Runs the items of one pass. Never rejects. The time is that of the pass alone: what moved cells took would be taken for the cost of
   * evaluating.
   */
  async run(items: readonly PassItem[]): Promise<PassResult> {
    for (const item of items) await this.#move(item);
    const startedMs = performance.now();
    const results = await this.#evaluateAll(items);
    return { items: results, wallMs: performance.now() - startedMs };
  }

  /** A slot without the cells that were to be restored is empty: then fewer tokens are kept than asked, and they are evaluated. */
  async #move({ slot, moves }: PassItem): Promise<void> {
    if (moves === undefined) return;
    if (moves.park !== undefined) await this.#shelf.park(moves.park, this.#sequence(slot));
    if (moves.restore !== undefined && !(await this.#shelf.restore(moves.restore, this.#sequence(slot))))
      await this.#renew(slot);
    await this.#shelf.drop(moves.drop);
  }

  async #evaluateAll(items: readonly PassItem[]): Promise<PassItemResult[]> {
    const kept = await Promise.all(items.map(({ slot, keep }) => this.#cut(slot, keep)));
    // All calls of a pass are made in one tick: the library then puts them into one batch.
    const settled = await Promise.allSettled(
      items.map((item, index) => {
        const tokens = kept[index] ?? 0;
        return tokens === item.keep ? this.#evaluate(item) : { kind: 'keptLess' as const, tokens };
      }),
    );
    const failures = settled.filter((result) => result.status === 'rejected').length;
    const batchFailed = failures > 1 && this.#batchFailures < batchFailuresMax;
    if (failures === 0) this.#batchFailures = 0;
    if (batchFailed) this.#batchFailures += 1;
    return await Promise.all(
      settled.map(async (result, index): Promise<PassItemResult> => {
        if (result.status === 'fulfilled') return result.value;
        const slot = items[index]?.slot ?? 0;
        await this.#renew(slot);
        // The library fails a whole batch at once. Each sequence starts anew alone, which shows whose fault it was.
        return batchFailed ? { kind: 'keptLess', tokens: 0 } : { kind: 'failed', message: whyFailed(result.reason) };
      }),
    );
  }

  /** Cuts the slot to the tokens that are kept. Returns how many it has then. */
  async #cut(slot: number, keep: number): Promise<number> {
    const sequence = this.#sequence(slot);
    if (sequence.nextTokenIndex > keep) {
      try {
        await sequence.eraseContextTokenRanges([{ start: keep, end: sequence.nextTokenIndex }]);
      } catch {
        await this.#renew(slot);
        return 0;
      }
    }
    return sequence.nextTokenIndex;
  }

  async #evaluate(item: PassItem): Promise<PassItemResult> {
    const sequence = this.#sequence(item.slot);
    const tokens = item.tokens as Token[];
    if (!item.sample) {
      await sequence.evaluateWithoutGeneratingNewTokens(tokens);
      return { kind: 'done' };
    }
    const draft = (item.draft ?? []) as readonly Token[];
    const last = tokens.length - 1;
    const how = samplingOf(item, this.#healing);
    const results = await sequence.controlledEvaluate(
      [...tokens, ...draft].map((token, index) => (index >= last ? [token, how] : token)),
    );
    const sampled = results.slice(last).map((result) => (result === undefined ? undefined : sampledOf(result.next)));
    const wrong = draft.findIndex((guess, index) => sampled[index]?.token !== guess);
    const accepted = wrong < 0 ? draft.length : wrong;
    const token = sampled[accepted]?.token;
    if (token === undefined) throw new Error('no token could be sampled');
    const logProbabilities = sampled.slice(0, accepted + 1).flatMap((one) => one?.logProbability ?? []);
    return {
      kind: 'done',
      token,
      ...(draft.length > 0 && { accepted }),
      ...(item.tellsProbability && { logProbabilities }),
    };
  }

  /** After a failure the native cache may hold cells that the library does not know of; only a new sequence is clean for sure. */
  async #renew(slot: number): Promise<void> {
    await this.#sequence(slot).dispose();
    this.#sequences[slot] = this.#context.getSequence();
  }

  #sequence(slot: number): LlamaContextSequence {
    const sequence = this.#sequences[slot];
    if (sequence === undefined) throw new Error(`There is no slot ${slot}.`);
    return sequence;
  }
}

function whyFailed(reason: unknown): Words {
  return sentence(
    'The engine could not evaluate this request: {0}.',
    reason instanceof Error ? reason.message : String(reason),
  );
}
