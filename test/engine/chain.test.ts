/** The real engine with a made-up model whose answer is exactly known: it walks the alphabet, a line end, and ends or begins again. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { writeModel } from '../gguf/model.ts';
import { engineContract } from './contract.ts';
import type { Subject } from './contract-driver.ts';
import { engineProgram, ModelFiles } from './models.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz\n';
const files = new ModelFiles();
const file = (name: string): string => path.join(files.folder, name);
const spec: ModelSpec = { id: 'tiny', file: file('tiny.gguf'), sequences: 2, contextTokens: 4_096, threads: 1 };

beforeAll(async () => {
  await writeModel({ file: file('tiny.gguf'), shape: 'tiny' });
  await writeModel({ file: file('endless.gguf'), shape: 'tiny', noEos: true });
});

afterAll(() => files.dispose());

engineContract('llama.cpp with a made-up endless model', async (): Promise<Subject> => {
  const engine = new LlamaEngine({ program: engineProgram, env: process.env });
  return {
    engine,
    spec: { ...spec, id: 'endless', file: file('endless.gguf') },
    chatOnlySpec: { ...spec, id: 'chat only', file: files.withoutInfill(file('endless.gguf')) },
    until: (recorder, condition) => recorder.until(condition),
    kill: () => engine.kill(),
  };
});

describe('the llama engine, word for word', () => {
  let engine: LlamaEngine;
  let recorder: Recorder;
  const lines: string[] = [];
  // A kind of graphics processor that no machine of this system has: the engine must fall back to the CPU.
  const missingGpu = process.platform === 'darwin' ? 'cuda' : 'metal';

  beforeAll(async () => {
    const env = { ...process.env, PUNCTUAL_GPU: missingGpu };
    // The house's policy decodes as many side by side as its measurements say, so a test could not count on a full batch.
    engine = new LlamaEngine({ program: engineProgram, env, policy: 'fcfs', log: (line) => lines.push(line) });
    recorder = new Recorder(engine);
    engine.send({ kind: 'load', spec: { ...spec, sequences: 8, contextTokens: 256 } });
    await recorder.until(() => recorder.of('loaded').length + recorder.of('loadFailed').length === 1);
    expect(recorder.of('loadFailed')).toEqual([]);
  });

  afterAll(() => engine.close());

  async function run(id: string, overrides: Partial<EngineRequest>): Promise<string> {
    const request = engineRequest({
      id,
      model: 'tiny',
      prompt: { kind: 'infill', prefix: 'a(', suffix: ')' },
      limits: { maxTokens: 60, stop: [] },
      sla: { kind: 'e2e', targetMs: 500 },
      ...overrides,
    });
    engine.send({ kind: 'start', request });
    await recorder.until(() => recorder.hasEnded(id));
    return recorder.text(id);
  }

  it('when the wanted graphics processor is not there, then the CPU computes and the log says why', () => {
    expect(lines.join('\n')).toContain(
      `The graphics processor (${missingGpu}) cannot be used, computing on the CPU instead`,
    );
  });

  it('when the model ends by itself, then the answer is whole and its end token is not shown', async () => {
    expect(await run('whole', {})).toBe(alphabet);
    expect(recorder.outcome('whole')).toEqual({ kind: 'finished', reason: 'stop' });
    expect(recorder.tokens('whole')).toHaveLength(alphabet.length);
  });

  it('when a model names a middle token, then the prompt is prefix, suffix, middle with its three markers', async () => {
    await run('markers', {
      limits: { maxTokens: 1, stop: [] },
      prompt: { kind: 'infill', prefix: 'xyz', suffix: '()' },
    });
    expect(recorder.accepted('markers')?.promptTokens).toBe(3 + 3 + 2);
    // The prefix stays in the cache when only the suffix changes: it stands first.
    await run('other suffix', { prompt: { kind: 'infill', prefix: 'xyz', suffix: '[]' } });
    expect(recorder.accepted('other suffix')?.reusedTokens).toBe(1 + 3 + 1);
  });

  it('when eight requests run side by side, then each gets exactly its answer', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `side ${index}`);
    const answers = ids.map((id, index) => run(id, { limits: { maxTokens: 5 + index * 3, stop: [] } }));
    expect(await Promise.all(answers)).toEqual(ids.map((_, index) => alphabet.slice(0, 5 + index * 3)));
    expect(recorder.of('pass').some(({ pass }) => pass.kind === 'decode' && pass.sequences > 4)).toBe(true);
  });

  it('when a prompt fills many chunks, then its answer is the same and the chunks make up the prompt', async () => {
    const before = recorder.of('pass').length;
    expect(
      await run('chunks', {
        prompt: { kind: 'infill', prefix: '#'.repeat(180), suffix: '' },
        limits: { maxTokens: 4, stop: [] },
      }),
    ).toBe('abcd');
    const passes = recorder
      .of('pass')
      .slice(before)
      .map((event) => event.pass);
    const prefills = passes.filter((pass) => pass.kind === 'prefill');
    const { promptTokens, reusedTokens } = recorder.accepted('chunks') ?? { promptTokens: 0, reusedTokens: 0 };
    expect(prefills.reduce((sum, pass) => sum + pass.tokens, 0)).toBe(promptTokens - reusedTokens);
    expect(prefills.length).toBe(Math.ceil((promptTokens - reusedTokens) / 64));
  });

  it('when an answer fills the context to its last token, then nothing is shifted out and it is still exact', async () => {
    const prefix = '#'.repeat(256 - 3 - 27);
    expect(
      await run('full', { prompt: { kind: 'infill', prefix, suffix: '' }, limits: { maxTokens: 27, stop: [] } }),
    ).toBe(alphabet);
    await run('too long', {
      prompt: { kind: 'infill', prefix: `${prefix}#`, suffix: '' },
      limits: { maxTokens: 27, stop: [] },
    });
    expect(recorder.outcome('too long')).toMatchObject({
      kind: 'failed',
      error: { code: 'promptTooLong', promptTokens: 230, promptTokensMax: 229 },
    });
  });

  it('when a stop text is written, then exactly what stands before it is the answer', async () => {
    expect(await run('stop', { limits: { maxTokens: 60, stop: ['xyz', 'klm', 'kz'] } })).toBe('abcdefghij');
    expect(recorder.outcome('stop')).toEqual({ kind: 'finished', reason: 'stop' });
  });
});
