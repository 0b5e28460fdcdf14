/**
 * The heart of every engine: requests in, forward passes out, events back (schedule, run, postprocess). Pure and synchronous: it does
 * no I/O and reads no clock; the device that runs a pass and the time are the caller's.
 *
 *   start / stop            change what is wanted; allowed at any time, also while a pass runs
 *   next(now)               the pass to run now, at most one at a time
 *   complete(pass, result)  what became of it; frees slots and gives them to waiting requests
 *
 * Invariants: every started request ends exactly once and nothing about it follows; a slot has one owner at most; the bookkept
 * tokens of a slot are those that the device holds once the next pass has cut it to `keep`.
 */
import type { StepKind } from '../core/event.ts';
import type { Policy } from '../core/policy.ts';
import { chooseModel, type SequenceView, type StepView } from '../core/step.ts';
import type { ModelId, Outcome, TaskError, TaskId } from '../core/task.ts';
import { compose } from './compose.ts';
import type { EngineEvent, EngineRequest } from './engine.ts';
import { acceptedOf, type Pass, type PassItem, type PassItemResult, type PassResult, reportOf } from './pass.ts';
import { PassLimit } from './pass-limit.ts';
import {
  checkRequest,
  evaluatedOutcome,
  extend,
  insertByDeadline,
  type MachineModel,
  newSequence,
  resumedOutcome,
  type Sequence,
  sequenceView,
  slotOf,
} from './sequence.ts';
import { Slots } from './slots.ts';
import { Speculation } from './speculation.ts';

/** Requests that may wait for a slot of one model: the runtime's own queue is the real one. */
export const waitingRequestsMax = 64;

interface ModelState {
  readonly model: MachineModel;
  readonly slots: Slots;
  /** In order of deadline; at most {@link waitingRequestsMax}. */
  readonly waiting: Sequence[];
  readonly running: Map<TaskId, Sequence>;
  lastKind: StepKind | undefined;
  lastPass: number;
  passes: number;
  /** Undefined where answers are not guessed at. */
  readonly speculation: Speculation | undefined;
}

export class StepMachine {
  readonly #planStep: Policy['planStep'];
  readonly #speculates: boolean;
  readonly #models = new Map<ModelId, ModelState>();
  #inFlight: Pass | undefined;
  #passes = 0;
  readonly #passLimit = new PassLimit();

  /** @param speculates what an answer copies is guessed, where that pays: same tokens, in fewer passes. */
  constructor(planStep: Policy['planStep'], speculates = false) {
    this.#planStep = planStep;
    this.#speculates = speculates;
  }

  addModel(model: MachineModel): void {
    if (this.#models.has(model.id)) throw new Error(`The model ${model.id} is already there.`);
    this.#models.set(model.id, {
      model,
      slots: new Slots(model.sequences, model.appendOnly, model.shelfTokensMax),
      waiting: [],
      running: new Map(),
      lastKind: undefined,
      lastPass: 0,
      passes: 0,
      // A wrong guess is cut off again, which such a model cannot do.
      speculation: this.#speculates && !model.appendOnly ? new Speculation(model.costs()) : undefined,
    });
  }

  /** Ends all requests of the model. The result of a pass of it that is still running is ignored. */
  removeModel(id: ModelId): EngineEvent[] {
    const state = this.#models.get(id);
    if (state === undefined) return [];
    this.#models.delete(id);
    const error: TaskError = {
      code: 'modelUnavailable',
      message: 'The model was unloaded before the answer was complete.',
    };
    return [...state.running.values(), ...state.waiting].map(({ id: of }) => ended(of, { kind: 'failed', error }));
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
   * @throws when the same id is already running: the caller would get two ends for it.
   */
  start(request: EngineRequest, promptTokens: readonly number[], now: number): EngineEvent[] {
    if (this.has(request.id)) throw new Error(`The request ${request.id} is already running.`);
    const state = this.#models.get(request.model);
    if (state === undefined) {
      return [refused(request.id, { code: 'modelUnavailable', message: `The model ${request.model} is not loaded.` })];
    }
    const refusal = checkRequest(request, promptTokens, state.model);
    if (refusal !== undefined) return [refused(request.id, refusal)];
    if (state.waiting.length >= waitingRequestsMax) {
      const message = `The engine already has ${waitingRequestsMax} requests waiting for this model.`;
      return [refused(request.id, { code: 'queueFull', message })];
    }
    if (request.sla.kind === 'ttft' && !request.relegated) this.#passLimit.promised(request.sla.targetMs, now);
    insertByDeadline(state.waiting, newSequence(request, promptTokens, state.model, now));
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
    return [this.#end(state, sequence, { kind: 'cancelled', by: 'client' }), ...this.#assign(state)];
  }

  /** The pass to run now; undefined when there is nothing to do. Must not be called before `complete` of the last one. */
  next(now: number): Pass | undefined {
    if (this.#inFlight !== undefined) throw new Error('The last pass is not complete.');
    const turns = [...this.#models.values()].map((state) => ({
      model: state.model.id,
      sequences: [...state.running.values()].map(sequenceView),
      lastPass: state.lastPass,
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

  #view(state: ModelState, sequences: readonly SequenceView[], nowMs: number): StepView {
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
        const sequence = state.running.get(item.id);
        const itemResult = result.items[index];
        if (sequence === undefined) return;
        events.push(...this.#completeItem(state, sequence, item, itemResult ?? missingResult));
      });
    }
    for (const other of this.#models.values()) events.push(...this.#assign(other));
    return events;
  }

  #completeItem(state: ModelState, sequence: Sequence, item: PassItem, result: PassItemResult): EngineEvent[] {
    const { kvTokens } = slotOf(sequence);
    if (sequence.grant !== undefined) state.slots.confirm(sequence.grant, result.kind !== 'failed');
    sequence.grant = undefined;
    switch (result.kind) {
      case 'failed':
        kvTokens.length = 0;
        break;
      case 'keptLess':
        kvTokens.length = Math.min(kvTokens.length, result.tokens);
        break;
      case 'done':
        kvTokens.push(...item.tokens, ...acceptedOf(item, result));
        break;
      default:
        result satisfies never;
    }
    if (sequence.stopping) return [this.#end(state, sequence, { kind: 'cancelled', by: 'client' })];
    if (result.kind === 'failed') {
      const error: TaskError = { code: 'engineFailed', message: result.message };
      return [this.#end(state, sequence, { kind: 'failed', error })];
    }
    if (result.kind !== 'done' || !item.sample) {
      const outcome = evaluatedOutcome(sequence);
      return outcome === undefined ? [] : [this.#end(state, sequence, outcome)];
    }
    if (result.token === undefined) {
      const error: TaskError = { code: 'engineFailed', message: 'The engine sampled no token.' };
      return [this.#end(state, sequence, { kind: 'failed', error })];
    }
    return this.#sampled(state, sequence, [...acceptedOf(item, result), result.token]);
  }

  #sampled(state: ModelState, sequence: Sequence, sampled: readonly number[]): EngineEvent[] {
    const { id } = sequence;
    const events: EngineEvent[] = [];
    for (const token of sampled) {
      state.speculation?.sampled(sequence, token);
      const { tokens, text, outcome } = extend(sequence, token, state.model);
      if (tokens.length > 0 || text !== '') events.push({ kind: 'tokens', id, tokens, text });
      if (outcome !== undefined) return [...events, this.#end(state, sequence, outcome)];
    }
    return events;
  }

  /** Gives idle slots to waiting requests. Never while a pass runs: the device may be changing its slots just then. */
  #assign(state: ModelState): EngineEvent[] {
    if (this.#inFlight !== undefined) return [];
    const events: EngineEvent[] = [];
    while (state.slots.idle > 0) {
      const sequence = state.waiting.shift();
      if (sequence === undefined) break;
      const { id } = sequence;
      const grant = state.slots.take(id, sequence.tokens, sequence.request.document);
      if (grant === undefined) throw new Error('An idle slot could not be taken.');
      const { slot } = grant;
      Object.assign(sequence, { slot, grant });
      state.running.set(id, sequence);
      events.push({
        kind: 'accepted',
        id,
        promptTokens: sequence.promptTokens,
        reusedTokens: slot.kvTokens.length,
        follows: slot.lastOwner,
      });
      const outcome = resumedOutcome(sequence);
      if (outcome !== undefined) events.push(this.#end(state, sequence, outcome));
    }
    return events;
  }

  #end(state: ModelState, sequence: Sequence, outcome: Outcome): EngineEvent {
    if (sequence.slot === undefined) state.waiting.splice(state.waiting.indexOf(sequence), 1);
    else if (sequence.grant !== undefined) state.slots.giveBack(sequence.grant);
    else Object.assign(sequence.slot, { owner: undefined, lastOwner: sequence.id });
    state.running.delete(sequence.id);
    return ended(sequence.id, outcome);
  }

  #find(id: TaskId): { readonly state: ModelState; readonly sequence: Sequence } | undefined {
    for (const state of this.#models.values()) {
      const sequence = state.running.get(id) ?? state.waiting.find((waiting) => waiting.id === id);
      if (sequence !== undefined) return { state, sequence };
    }
    return undefined;
  }
}

const missingResult: PassItemResult = { kind: 'failed', message: 'The engine gave no result for this sequence.' };

function ended(id: TaskId, outcome: Outcome): EngineEvent {
  return { kind: 'ended', id, outcome };
}

function refused(id: TaskId, error: TaskError): EngineEvent {
  return ended(id, { kind: 'failed', error });
}
