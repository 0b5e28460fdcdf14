/** Telemetry with a status and a log of the test, and tasks that come, wait for their model, and end. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Effect, Event, ModelInfo } from '../../runtime/core/event.ts';
import type { Settled } from '../../runtime/core/metrics.ts';
import type { Outcome, Task } from '../../runtime/core/task.ts';
import type { LoopStatus } from '../../runtime/loop/status.ts';
import { Telemetry } from '../../runtime/observe/telemetry.ts';

export const model = '/home/ada/models/some.gguf';
export const info: ModelInfo = {
  ...{ sequences: 2, contextTokens: 4_096, chunkTokens: 64, infill: true, chat: true },
  ...{ memoryBytes: 7e8, loadMs: 1_500, device: 'CPU' },
};
const finished: Outcome = { kind: 'finished', reason: 'stop' };

export class TelemetryWorld {
  readonly lines: string[] = [];
  /** How often the exporters were asked for. */
  loads = 0;
  status: LoopStatus = { windowMs: 1, classes: [], models: [], engineRestarts: 0 };
  readonly telemetry = new Telemetry({
    version: '1.2.3',
    env: {},
    exporters: () => {
      this.loads += 1;
      return import('../../runtime/observe/exporters.ts');
    },
    status: () => this.status,
    nameOf: (id) => path.basename(id, '.gguf'),
    epochOffsetMs: () => Date.UTC(2026, 0, 31),
    log: (line) => void this.lines.push(line),
  });
}

/** A port that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function task(id: string, changes: Partial<Task> = {}): Task {
  const limits = { maxTokens: 10, stop: [] };
  const prompt = { kind: 'chat', user: 'canary-of-the-user' } as const;
  return {
    id,
    class: 'summarize',
    sla: { kind: 'e2e', targetMs: 5_000 },
    arrivalMs: 0,
    model,
    prompt,
    limits,
    ...changes,
  };
}

const startOf = (of: Task): Effect => ({
  ...{ kind: 'start', task: of, ageMs: 0, relegated: false, generated: [] },
  answerTokens: { p10: 1, p25: 1, p50: 1, p75: 1, p90: 1 },
});
const prefill = (id: string, tokens: number): Event => ({
  kind: 'pass',
  pass: { model, kind: 'prefill', tokens, sequences: 1, contextTokens: 0, wallMs: 30, id },
});
const tokensOf = (id: string): Event => ({ kind: 'tokens', id, tokens: [1, 2], text: 'canary-of-the-answer' });
const settleOf = (id: string, outcome: Outcome): Effect => ({ kind: 'settle', id, outcome });

/** It comes, its model loads for a second, it waits half a second more, and answers two seconds after that. */
export function play(telemetry: Telemetry, of: Task, outcome: Outcome = finished): void {
  const { id } = of;
  telemetry.note(0, { kind: 'submit', task: of }, [
    { kind: 'load', model, isSmall: false, sparesCache: false, why: 'somebody waits' },
  ]);
  telemetry.note(1_000, { kind: 'loaded', model, info }, []);
  telemetry.note(1_500, { kind: 'wake' }, [startOf(of)]);
  telemetry.note(1_600, prefill(id, 40), []);
  telemetry.note(2_000, tokensOf(id), []);
  telemetry.note(3_500, { kind: 'ended', id, outcome }, [settleOf(id, outcome)]);
  const settled: Settled = { task: of, outcome, ttftMs: 2_000, e2eMs: 3_500, atMs: 3_500 };
  telemetry.settled(settled);
}
