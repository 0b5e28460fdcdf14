/**
 * The heart of every engine: requests in, forward passes out, events back (schedule, run, postprocess). Pure and synchronous: it does
 * no I/O and reads no clock; the device that runs a pass and the time are the caller's.
 *
 *   start / stop            change what is wanted; allowed at any time, also while a pass runs
 *   next(now)               the pass to run now, at most one at a time
 *   complete(pass, result)  what became of it; frees slots and gives them to waiting requests
 *   suspendModel            before a model leaves or gets other slots: then leftovers, and removeModel or replaceModel
 *
 * Invariants: every started request ends exactly once and nothing about it follows; a slot has one owner at most; the bookkept
 * tokens of a slot are those that the device holds once the next pass has cut it to `keep`.
 */
import type { Policy } from '../core/policy.ts';
import { sentence } from '../core/sentence.ts';
import { chooseModel, type SequenceView, type StepView } from '../core/step.ts';
import type { ModelId, TaskError, TaskId } from '../core/task.ts';
import { compose } from './compose.ts';
import type { EngineEvent, EngineRequest } from './engine.ts';
import { ended, ModelRequests } from './model-requests.ts';
import { type Pass, type PassItemResult, type PassResult, reportOf } from './pass.ts';
import { PassLimit } from './pass-limit.ts';
import {
  checkRequest,
  insertByDeadline,
  type MachineModel,
  newSequence,
  type Sequence,
  sequenceView,
} from './sequence.ts';
import type { Kept, Leftover } from './slots.ts';

/** Requests that may wait for a slot of one model: the runtime's own queue is the real one. */
export const waitingRequestsMax = 64;

export class StepMachine {
  readonly #planStep: Policy['planStep'];
  readonly #speculates: boolean;
  readonly #models = new Map<ModelId, ModelRequests>();
  #inFlight: Pass | undefined;
  #passes = 0;
  readonly #passLimit = new PassLimit();

  /** @param speculates what an answer copies is guessed, where that pays: same tokens, in fewer passes. */
  constructor(planStep: Policy['planStep'], speculates = false) {
    this.#planStep = planStep;
    this.#speculates = speculates;
  }

  /** @param kept what an earlier stay of the model has left and the device still has, the least recently used first. */
  addModel(model: MachineModel, kept: readonly Kept[] = []): void {
    if (this.#models.has(model.id)) throw new Error(`The model ${model.id} is already there.`);
    this.#models.set(model.id, new ModelRequests(model, this.#speculates, kept));
  }

  /** Ends all requests of the model. The result of a pass of it that is still running is ignored. */
  removeModel(id: ModelId): EngineEvent[] {
    const state = this.#models.get(id);
    if (state === undefined) return [];
    this.#models.delete(id);
    return state.endAll({
      code: 'modelUnavailable',
      message: sentence('The model was unloaded before the answer was complete.'),
    });
  }

  /**
   * Nothing of the model is computed from now on until it is replaced or removed; its requests wait. A pass of it that runs now goes on
   * to its end.
   */
  suspendModel(id: ModelId): void {
    const state = this.#models.get(id);
    if (state !== undefined) state.isSuspended = true;
  }

  isSuspended(id: ModelId): boolean {
    return this.#models.get(id)?.isSuspended === true;
  }

  /**
   * What the slots of a suspended model hold that its documents may ask for again. Its pass must be complete.
   * @param forRunning its requests will go on: what they hold is worth keeping, too.
   */
  leftovers(id: ModelId, forRunning: boolean): readonly Leftover[] {
    if (this.#inFlight?.model === id) throw new Error('The pass of this model is not complete.');
    return this.#models.get(id)?.leftovers(forRunning) ?? [];
  }

  /** A suspended model goes on with other slots. Requests that are too long for them end; the others continue from what was kept. */
  replaceModel(model: MachineModel, kept: readonly Kept[]): EngineEvent[] {
    const state = this.#models.get(model.id);
    if (state === undefined) return [];
    state.isSuspended = false;
    return [...state.replace(model, kept), ...this.#assign(state)];
  }

  hasModel(id: ModelId): boolean {
    return this.#models.has(id);
  }

  has(id: TaskId): boolean {
    return this.#find(id) !== undefined;
  }

  /** How many tokens each slot holds; for tests and diagnosis. */
  kvTokens(id: ModelId): readonly number[] {
    return this.#models.get(id)?.slots.all.map((slot) => slot.kvTokens.length) ?? [];
  }

  /**
   * Takes a request in. It is refused at once when the model is not loaded, when prompt and answer cannot fit, or when too many wait.
   * @param promptTokens the whole prompt with all markers, without `request.generated`; at least one token.
   * @param cut text that was taken off the prompt: the answer begins with it, and it is not told.
   * @throws when the same id is already running: the caller would get two ends for it.
   */
  start(request: EngineRequest, promptTokens: readonly number[], now: number, cut = ''): EngineEvent[] {
    if (this.has(request.id)) throw new Error(`The request ${request.id} is already running.`);
    const state = this.#models.get(request.model);
    if (state === undefined) {
      return [
        refused(request.id, {
          code: 'modelUnavailable',
          message: sentence('The model {0} is not loaded.', request.model),
        }),
      ];
    }
    const refusal = checkRequest(request, promptTokens, state.model);
    if (refusal !== undefined) return [refused(request.id, refusal)];
    if (state.waiting.length >= waitingRequestsMax) {
      const message = sentence('The engine already has {0} requests waiting for this model.', waitingRequestsMax);
      return [refused(request.id, { code: 'queueFull', message })];
    }
    if (request.sla.kind === 'ttft' && !request.relegated) this.#passLimit.promised(request.sla.targetMs, now);
    insertByDeadline(state.waiting, newSequence(request, promptTokens, state.model, now, cut));
    return this.#assign(state);
  }

  /** The request gives way to others from the next pass on. Unknown and ended ids are ignored. */
  relegate(id: TaskId): void {
    const found = this.#find(id);
    if (found !== undefined) found.sequence.relegated = true;
  }

  /**
   * Takes a request back: at once, or after the pass that it takes part in. Unknown and ended ids have no answer.
   * @param keep it will come back under the same id with what it has generated; a later stop without it says that it will not.
   */
  stop(id: TaskId, keep = false): EngineEvent[] {
    if (!keep) for (const { slots } of this.#models.values()) slots.abandon(id);
    const found = this.#find(id);
    if (found === undefined) return [];
    const { state, sequence } = found;
    if (keep && sequence.slot !== undefined) sequence.slot.document ??= id;
    if (this.#inFlight?.items.some((item) => item.id === id) === true) {
      sequence.stopping = true;
      return [];
    }
    return [state.end(sequence, { kind: 'cancelled', by: 'client' }), ...this.#assign(state)];
  }

  /** The pass to run now; undefined when there is nothing to do. Must not be called before `complete` of the last one. */
  next(now: number): Pass | undefined {
    if (this.#inFlight !== undefined) throw new Error('The last pass is not complete.');
    const active = [...this.#models.values()].filter(({ isSuspended }) => !isSuspended);
    const turns = active.map(({ model, running, lastPass }) => ({
      model: model.id,
      sequences: [...running.values()].map(sequenceView),
      lastPass,
    }));
    const chosen = chooseModel(turns, this.#passes);
    const state = chosen === undefined ? undefined : this.#models.get(chosen);
    const turn = turns.find(({ model }) => model === chosen);
    if (state === undefined || turn === undefined) return undefined;
    const view = this.#view(state, turn.sequences, now);
    const plan = this.#planStep(view);
    if (plan === undefined) return undefined;
    const running = turns.flatMap(({ sequences }) => sequences);
    this.#passes += 1;
    state.lastPass = this.#passes;
    state.passes += 1;
    state.lastKind = plan.kind;
    this.#inFlight = compose(state, plan, view, running);
    return this.#inFlight;
  }

  #view(state: ModelRequests, sequences: readonly SequenceView[], nowMs: number): StepView {
    const { model, lastKind, passes } = state;
    const passMsMax = this.#passLimit.at(nowMs);
    const limits = { chunkTokens: model.chunkTokens, decodeSequences: model.sequences, passMsMax };
    return { nowMs, sequences, limits, costs: model.costs(), lastKind, passes };
  }

  /** What became of the pass that `next` returned. The report comes first, so that a cost model knows it before it sees an end. */
  complete(pass: Pass, result: PassResult): EngineEvent[] {
    if (pass !== this.#inFlight) throw new Error('This pass is not the one in flight.');
    this.#inFlight = undefined;
    const state = this.#models.get(pass.model);
    const events: EngineEvent[] = [];
    const report = reportOf(pass, result);
    if (report !== undefined) {
      events.push({ kind: 'pass', pass: report });
      state?.speculation?.passed(report);
    }
    if (state !== undefined) {
      pass.items.forEach((item, index) => {
        events.push(...state.complete(item, result.items[index] ?? missingResult));
      });
    }
    for (const other of this.#models.values()) events.push(...this.#assign(other));
    return events;
  }

  /** Never while a pass runs: the device may be changing its slots just then. */
  #assign(state: ModelRequests): EngineEvent[] {
    return this.#inFlight === undefined ? state.assign() : [];
  }

  #find(id: TaskId): { readonly state: ModelRequests; readonly sequence: Sequence } | undefined {
    for (const state of this.#models.values()) {
      const sequence = state.find(id);
      if (sequence !== undefined) return { state, sequence };
    }
    return undefined;
  }
}

const missingResult: PassItemResult = {
  kind: 'failed',
  message: sentence('The engine gave no result for this sequence.'),
};

function refused(id: TaskId, error: TaskError): EngineEvent {
  return ended(id, { kind: 'failed', error });
}
