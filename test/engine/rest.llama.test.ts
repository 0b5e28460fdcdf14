/** The real engine process, when no model is left in it. */
import { afterAll, expect, it, vi } from 'vitest';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { embeddedModel, engineProgram } from './models.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

const spec: ModelSpec = { id: 'embedded', file: embeddedModel, sequences: 1, contextTokens: 512, threads: 1 };
const engine = new LlamaEngine({ program: engineProgram, env: process.env, restMs: 0 });
const recorder = new Recorder(engine);

afterAll(() => engine.close());

async function load(): Promise<number | undefined> {
  const before = recorder.of('loaded').length;
  engine.send({ kind: 'load', spec });
  await recorder.until(() => recorder.of('loaded').length > before);
  return engine.pid;
}

function isThere(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('when the last model has left, then the process ends without a loss, and the next load starts another that answers', async () => {
  const first = await load();
  expect(isThere(first)).toBe(true);
  engine.send({ kind: 'unload', model: 'embedded' });
  await recorder.until(() => recorder.of('unloaded').length === 1);
  await vi.waitFor(
    () => expect({ pid: engine.pid, isThere: isThere(first) }).toEqual({ pid: undefined, isThere: false }),
    {
      timeout: 20_000,
    },
  );
  const second = await load();
  expect(second).not.toBe(first);
  const request = engineRequest({
    id: 'request',
    model: 'embedded',
    prompt: { kind: 'infill', prefix: 'const a = ', suffix: ';\n' },
    limits: { maxTokens: 3, stop: [] },
  });
  engine.send({ kind: 'start', request });
  await recorder.until(() => recorder.hasEnded('request'));
  expect(recorder.outcome('request')).toMatchObject({ kind: 'finished' });
  expect(recorder.of('lost')).toEqual([]);
}, 120_000);
