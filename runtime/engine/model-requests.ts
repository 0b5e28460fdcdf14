/**
 * The requests of one model inside the step machine: those that wait, those that have a slot, and what a pass made of them. The machine
 * decides whose turn it is (step-machine.ts); no slot is given away while any pass runs, as the device may be changing its slots then.
 */
import type { StepKind } from '../core/pass-report.ts';
import { sentence, type Words } from '../core/sentence.ts';
import type { Outcome, TaskError, TaskId } from '../core/task.ts';
import type { EngineEvent } from './engine.ts';
import { acceptedOf, type PassItem, type PassItemResult } from './pass.ts';
import {
  checkFits,
  evaluatedOutcome,
  extend,
  insertByDeadline,
  type MachineModel,
  resumedOutcome,
  type Sequence,
  slotOf,
} from './sequence.ts';
import { type Grant, type Kept, type Leftover, Slots } from './slots.ts';
import { Speculation } from './speculation.ts';

export class ModelRequests {
  /** In order of deadline. */
  readonly waiting: Sequence[] = [];
  readonly running = new Map<TaskId, Sequence>();
  /** Its context is being changed: nothing of it is computed, and nobody gets a slot. */
  isSuspended = false;
  lastKind: StepKind | undefined;
  lastPass = 0;
  passes = 0;
  /** Undefined where answers are not guessed at. */
  readonly speculation: Speculation | undefined;
  #model: MachineModel;
  #slots: Slots;

  /** @param kept what an earlier stay of the model has left, the least recently used first. */
  constructor(model: MachineModel, speculates: boolean, kept: readonly Kept[]) {
    this.#model = model;
    this.#slots = slotsOf(model, kept);
    // A wrong guess is cut off again, which such a model cannot do.
    this.speculation = speculates && !model.appendOnly ? new Speculation(model.costs()) : undefined;
  }

  get model(): MachineModel {
    return this.#model;
  }

  get slots(): Slots {
    return this.#slots;
  }

  find(id: TaskId): Sequence | undefined {
    return this.running.get(id) ?? this.waiting.find((waiting) => waiting.id === id);
  }

  /** What documents may ask for again; with `forRunning`, what the requests under way hold too. The device makes no more moves. */
  leftovers(forRunning: boolean): readonly Leftover[] {
    for (const sequence of [...this.running.values()]) {
      if (sequence.grant !== undefined) this.#takeBack(sequence, sequence.grant);
      else if (forRunning) slotOf(sequence).document ??= sequence.id;
    }
    return this.#slots.leftovers();
  }

  /** A slot whose moves were not made yet holds something else than its request believes. */
  #takeBack(sequence: Sequence, grant: Grant): void {
    this.#slots.giveBack(grant);
    this.#wait(sequence);
  }

  #wait(sequence: Sequence): void {
    this.running.delete(sequence.id);
    Object.assign(sequence, { slot: undefined, grant: undefined });
    insertByDeadline(this.waiting, sequence);
  }

  /** Other slots take the place of the old ones: requests under way wait for one again and go on from what was kept. */
  replace(model: MachineModel, kept: readonly Kept[]): EngineEvent[] {
    this.#model = model;
    this.#slots = slotsOf(model, kept);
    for (const sequence of [...this.running.values()]) this.#wait(sequence);
    return [...this.waiting].flatMap((sequence) => {
      const error = checkFits(sequence.promptTokens, sequence.maxTokens, model);
      return error === undefined ? [] : [this.end(sequence, { kind: 'failed', error })];
    });
  }

  /** Gives idle slots to waiting requests. */
  assign(): EngineEvent[] {
    if (this.isSuspended) return [];
    const events: EngineEvent[] = [];
    while (this.#slots.idle > 0) {
      const sequence = this.waiting.shift();
      if (sequence === undefined) break;
      events.push(...this.#give(sequence));
    }
    return events;
  }

  #give(sequence: Sequence): EngineEvent[] {
    const { id, promptTokens } = sequence;
    const grant = this.#slots.take(id, sequence.tokens, sequence.request.document);
    if (grant === undefined) throw new Error('An idle slot could not be taken.');
    const { slot } = grant;
    const isFirst = !sequence.accepted;
    Object.assign(sequence, { slot, grant, accepted: true });
    this.running.set(id, sequence);
    const events: EngineEvent[] = [];
    if (isFirst) {
      const reusedTokens = slot.kvTokens.length;
      events.push({ kind: 'accepted', id, promptTokens, reusedTokens, follows: slot.lastOwner });
    }
    const outcome = resumedOutcome(sequence);
    if (outcome !== undefined) events.push(this.end(sequence, outcome));
    return events;
  }

  /** What became of one item of a pass; nothing when its request has ended meanwhile. */
  complete(item: PassItem, result: PassItemResult): EngineEvent[] {
    const sequence = this.running.get(item.id);
    if (sequence === undefined) return [];
    const { kvTokens } = slotOf(sequence);
    if (sequence.grant !== undefined) this.#slots.confirm(sequence.grant, result.kind !== 'failed');
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
    if (sequence.stopping) return [this.end(sequence, { kind: 'cancelled', by: 'client' })];
    if (result.kind === 'failed') return [this.#fail(sequence, result.message)];
    if (result.kind !== 'done' || !item.sample) {
      const outcome = evaluatedOutcome(sequence);
      return outcome === undefined ? [] : [this.end(sequence, outcome)];
    }
    if (result.token === undefined) return [this.#fail(sequence, sentence('The engine sampled no token.'))];
    return this.#sampled(sequence, [...acceptedOf(item, result), result.token], result.logProbabilities);
  }

  #fail(sequence: Sequence, message: Words): EngineEvent {
    return this.end(sequence, { kind: 'failed', error: { code: 'engineFailed', message } });
  }

  #sampled(sequence: Sequence, sampled: readonly number[], logarithms?: readonly number[]): EngineEvent[] {
    const { id } = sequence;
    const events: EngineEvent[] = [];
    for (const [index, token] of sampled.entries()) {
      this.speculation?.sampled(sequence, token);
      const { tokens, text, outcome } = extend(sequence, token, this.#model);
      const logProbabilities = tokens.length > 0 ? logarithms?.slice(index, index + 1) : undefined;
      if (tokens.length > 0 || text !== '')
        events.push({ kind: 'tokens', id, tokens, text, ...(logProbabilities && { logProbabilities }) });
      if (outcome !== undefined) return [...events, this.end(sequence, outcome)];
    }
    return events;
  }

  end(sequence: Sequence, outcome: Outcome): EngineEvent {
    if (sequence.slot === undefined) this.waiting.splice(this.waiting.indexOf(sequence), 1);
    else if (sequence.grant !== undefined) this.#slots.giveBack(sequence.grant);
    else Object.assign(sequence.slot, { owner: undefined, lastOwner: sequence.id });
    this.running.delete(sequence.id);
    return ended(sequence.id, outcome);
  }

  /** The model leaves, and no slot of it matters any more. */
  endAll(error: TaskError): EngineEvent[] {
    return [...this.running.values(), ...this.waiting].map(({ id }) => ended(id, { kind: 'failed', error }));
  }
}

function slotsOf({ sequences, appendOnly, shelfTokensMax }: MachineModel, kept: readonly Kept[]): Slots {
  return new Slots(sequences, appendOnly, shelfTokensMax, kept);
}

export function ended(id: TaskId, outcome: Outcome): EngineEvent {
  return { kind: 'ended', id, outcome };
}
