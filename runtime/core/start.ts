/** Starts the tasks of one model as its policy says, and takes sequences back from those that it pauses. */
import type { Effect } from './event.ts';
import type { Knowledge } from './knowledge.ts';
import type { Lane } from './lane.ts';
import type { ModelRecord } from './models.ts';
import type { Room } from './policy.ts';

/** Before a model is loaded, for forecasts. */
export const chunkTokensStart = 64;

/** What a model has to run tasks on, as far as it is known. */
export function roomOf({ id, info }: ModelRecord, knowledge: Knowledge): Room {
  const sequences = info?.sequences ?? 0;
  const chunkTokens = info?.chunkTokens ?? chunkTokensStart;
  const limits = { chunkTokens, decodeSequences: sequences, passMsMax: Number.POSITIVE_INFINITY };
  return {
    sequences,
    limits,
    // Asked for only by a turn that has something to decide.
    get costs() {
      return knowledge.costs(id);
    },
    get demand() {
      return knowledge.demand;
    },
  };
}

/** Tells who cannot be on time any more. */
export function tellHopeless(lane: Lane, nowMs: number, effects: Effect[]): void {
  for (let entry = lane.hopeless(nowMs); entry !== undefined; entry = lane.hopeless(nowMs)) {
    effects.push({ kind: 'relegate', id: entry.id });
  }
}

export function startWhatFits(lane: Lane, model: ModelRecord, room: Room, nowMs: number, effects: Effect[]): void {
  for (;;) {
    const entry = lane.start(room, nowMs);
    if (entry === undefined) {
      const paused = lane.pause(room, nowMs);
      if (paused === undefined) return;
      effects.push({ kind: 'stop', id: paused.id, keep: true });
      continue;
    }
    model.lastUsedMs = nowMs;
    const { task, work, answerTokens } = entry;
    const { relegated, arrivalMs } = work;
    const generated = [...entry.generated];
    effects.push({ kind: 'start', task, ageMs: nowMs - arrivalMs, answerTokens, relegated, generated });
  }
}
