/** Puts a load to an engine, past the task level, and records everything. One request of the load is one request of the engine. */
import type { Prompt } from '../../../core/task.ts';
import type { Engine, EngineRequest } from '../../../engine/engine.ts';
import type { Arrival, Load } from '../../replay/arrivals.ts';
import type { Clock } from '../live/play.ts';
import { certain } from '../our-engine.ts';
import type { Happening, Recording } from './recording.ts';

export interface DriveOptions {
  readonly clock: Clock;
  readonly model: string;
  /** Real ms for one ms of the load. */
  readonly stretch: number;
  readonly promptOf: (arrival: Arrival) => Prompt;
}

/** Resolves when every request has ended. */
export function drive(
  load: Load,
  engine: Engine,
  { clock, model, stretch, promptOf }: DriveOptions,
): Promise<Recording> {
  const recording: Happening[] = [];
  const beginMs = clock.now();
  return new Promise((resolve, reject) => {
    let left = load.arrivals.length;
    const off = engine.onEvent((event) => {
      if (event.kind === 'lost') reject(new Error(event.reason));
      recording.push({ kind: 'event', atMs: clock.now(), event });
      if (event.kind === 'ended') left -= 1;
      if (left > 0) return;
      off();
      resolve(recording);
    });
    for (const arrival of load.arrivals) {
      const { id, atMs, cancelAtMs } = arrival;
      const request = requestOf(arrival, model, stretch, promptOf(arrival));
      clock.at(beginMs + atMs * stretch, () => {
        recording.push({ kind: 'start', atMs: clock.now(), request });
        engine.send({ kind: 'start', request });
      });
      if (cancelAtMs === undefined) continue;
      clock.at(beginMs + cancelAtMs * stretch, () => {
        recording.push({ kind: 'stop', atMs: clock.now(), id });
        engine.send({ kind: 'stop', id });
      });
    }
    if (left === 0) resolve([]);
  });
}

/** The planner is told the true length: what is in question is time, and lengths have an error of their own. */
function requestOf(arrival: Arrival, model: string, stretch: number, prompt: Prompt): EngineRequest {
  const { id, class: taskClass, sla, answerTokens } = arrival;
  return {
    id,
    class: taskClass,
    model,
    prompt,
    limits: { maxTokens: answerTokens, stop: [] },
    sla: { ...sla, targetMs: sla.targetMs * stretch },
    ageMs: 0,
    answerTokens: certain(answerTokens),
    relegated: false,
    generated: [],
  };
}
