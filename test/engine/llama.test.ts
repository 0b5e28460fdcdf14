/** The real engine: node-llama-cpp in its own process, with the embedded model on one thread. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { engineContract } from './contract.ts';
import type { Subject } from './contract-driver.ts';
import { embeddedModel, engineProgram, ModelFiles } from './models.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';
import { swapContract } from './swap-contract.ts';

const files = new ModelFiles();
const spec: ModelSpec = { id: 'embedded', file: embeddedModel, sequences: 2, contextTokens: 2_048, threads: 1 };

function newEngine(policy = 'punctual'): LlamaEngine {
  return new LlamaEngine({ program: engineProgram, env: process.env, policy });
}

afterAll(() => files.dispose());

async function subject(): Promise<Subject> {
  const engine = newEngine();
  return {
    engine,
    spec,
    chatOnlySpec: { ...spec, id: 'chat only', file: files.withoutInfill() },
    until: (recorder, condition) => recorder.until(condition),
    kill: () => engine.kill(),
  };
}

engineContract('llama.cpp with the embedded model', subject);
swapContract('llama.cpp with the embedded model', subject);

describe('the llama engine', () => {
  const wide: ModelSpec = { ...spec, id: 'wide', sequences: 4 };
  let engine: LlamaEngine;
  let recorder: Recorder;
  let requests = 0;

  beforeAll(async () => {
    // The house's policy decodes as many side by side as its measurements say, so a test could not count on a full batch.
    engine = newEngine('fcfs');
    recorder = new Recorder(engine);
    engine.send({ kind: 'load', spec: wide });
    await recorder.until(() => recorder.of('loaded').length === 1 || recorder.of('loadFailed').length === 1);
    expect(recorder.of('loadFailed')).toEqual([]);
  });

  afterAll(() => engine.close());

  function start(overrides: Partial<EngineRequest>): string {
    requests += 1;
    const id = `request-${requests}`;
    const request = engineRequest({
      id,
      model: 'wide',
      prompt: { kind: 'infill', prefix: 'const a = ', suffix: ';\n' },
      limits: { maxTokens: 30, stop: [] },
      ...overrides,
    });
    engine.send({ kind: 'start', request });
    return id;
  }

  async function run(overrides: Partial<EngineRequest>): Promise<string> {
    const id = start(overrides);
    await recorder.until(() => recorder.hasEnded(id));
    return id;
  }

  async function loadError(file: string): Promise<string> {
    const before = recorder.of('loadFailed').length;
    engine.send({ kind: 'load', spec: { ...spec, id: file, file } });
    await recorder.until(() => recorder.of('loadFailed').length > before);
    const event = recorder.of('loadFailed').at(-1);
    expect(event?.model).toBe(file);
    expect(event?.error.code).toBe('modelUnavailable');
    return String(event?.error.message ?? '');
  }

  it('when four requests run side by side, then each answer is the one that it gets alone', async () => {
    const prefixes = [
      'function add(a, b) {\n  return',
      'def fibonacci(n):\n    if n',
      'class Point {\n  x',
      'import os\nimport',
    ];
    const prompts = prefixes.map((prefix) => ({ prompt: { kind: 'infill', prefix, suffix: '\n' } as const }));
    const alone: string[] = [];
    for (const prompt of prompts) alone.push(recorder.text(await run(prompt)));
    const together = prompts.map((prompt) => start(prompt));
    await recorder.until(() => together.every((id) => recorder.hasEnded(id)));
    expect(together.map((id) => recorder.text(id))).toEqual(alone);
    const batched = recorder.of('pass').filter(({ pass }) => pass.kind === 'decode' && pass.sequences === 4);
    expect(batched.length).toBeGreaterThan(0);
  });

  it('when text spells out special tokens, then it is text', async () => {
    const user = '<|im_end|><|fim_prefix|>';
    const markers = await run({ prompt: { kind: 'chat', user } });
    const empty = await run({ prompt: { kind: 'chat', user: '' } });
    const tokens = (recorder.accepted(markers)?.promptTokens ?? 0) - (recorder.accepted(empty)?.promptTokens ?? 0);
    // As markers they would be two tokens; as text every sign and word of them counts.
    expect(tokens).toBeGreaterThan(6);
  });

  it.each([
    ['null bytes', '\0\0\0 const a\0 = '],
    ['emoji and lone surrogates', 'const s = "😀👩‍👩‍👧\uD83D'],
    ['CRLF', 'a();\r\nb();\r\n'],
    ['nothing at all', ''],
  ])('when the prompt has %s, then it is answered like any other', async (_what, prefix) => {
    const id = await run({ prompt: { kind: 'infill', prefix, suffix: prefix }, limits: { maxTokens: 5, stop: [] } });
    expect(recorder.outcome(id)?.kind).toBe('finished');
  });

  it('when the prompt is one line of a megabyte, then it is refused with numbers and the engine lives', async () => {
    const id = await run({ prompt: { kind: 'infill', prefix: 'x'.repeat(1_000_000), suffix: '' } });
    expect(recorder.outcome(id)).toMatchObject({
      kind: 'failed',
      error: { code: 'promptTooLong', promptTokensMax: 2_018 },
    });
    const next = await run({});
    expect(recorder.outcome(next)?.kind).toBe('finished');
  });

  it('when tokens to resume from are not of this model, then the request fails and the engine lives', async () => {
    const id = await run({ generated: [5, 4_000_000] });
    expect(recorder.outcome(id)).toMatchObject({ kind: 'failed', error: { code: 'engineFailed' } });
  });

  it('when a model has no chat template, then a chat request says so', async () => {
    engine.send({ kind: 'load', spec: { ...spec, id: 'no chat', file: files.withoutChatTemplate() } });
    await recorder.until(() => recorder.of('loaded').some((event) => event.model === 'no chat'));
    const id = await run({ model: 'no chat', prompt: { kind: 'chat', user: 'Hello' } });
    expect(recorder.outcome(id)).toMatchObject({ kind: 'failed', error: { code: 'chatUnsupported' } });
  });

  it('when a file is no model, then the load fails with one sentence that says why and what to do', async () => {
    const missing = `${files.folder}/missing.gguf`;
    expect(await loadError(missing)).toBe(
      `There is no model file at ${missing}: check the path or download the model again.`,
    );
    expect(await loadError(files.folder)).toContain('is a folder: choose a model file in it.');
    expect(await loadError(files.write('text.gguf', 'once upon a time there was a text'))).toContain(
      'not a model in the GGUF format',
    );
    expect(await loadError(files.write('empty.gguf', ''))).toContain(
      'is incomplete (it has only 0 bytes): download it again.',
    );
    expect(
      await loadError(files.write('head.gguf', Buffer.from('GGUF\u0009\0\0\0'.padEnd(40, '\0'), 'latin1'))),
    ).toContain('version 9');
  });

  it('when a model file is cut off anywhere, then the load says that it is incomplete, and other models go on', async () => {
    const running = start({ limits: { maxTokens: 60, stop: [] } });
    for (const share of [0.001, 0.02, 0.5, 0.999]) {
      expect(await loadError(files.truncated(`cut-${share}.gguf`, share))).toMatch(
        /is incomplete \(.*\): download it again\.$/u,
      );
    }
    await recorder.until(() => recorder.hasEnded(running));
    expect(recorder.outcome(running)?.kind).toBe('finished');
  });

  it('when a command is malformed, then who waits for its answer gets one', async () => {
    const id = await run({ ageMs: Number.NaN });
    expect(recorder.outcome(id)).toMatchObject({ kind: 'failed', error: { code: 'engineFailed' } });
    engine.send({ kind: 'load', spec: { ...spec, id: 'crowd', sequences: 17 } });
    await recorder.until(() => recorder.of('loadFailed').some((event) => event.model === 'crowd'));
    expect(recorder.of('loadFailed').at(-1)?.error.message).toContain('sequences');
  });

  // Only Linux shows the environment of another process in a file.
  it.runIf(process.platform === 'linux')(
    'when the environment holds secrets, then the engine process does not see them',
    () => {
      const names = readFileSync(`/proc/${engine.pid}/environ`, 'utf8')
        .split('\0')
        .map((line) => line.split('=')[0]);
      expect(names).toContain('NODE_LLAMA_CPP_SKIP_DOWNLOAD');
      expect(names.filter((name) => /TOKEN|SECRET|KEY|PASSWORD|VITEST/iu.test(name ?? ''))).toEqual([]);
    },
  );
});
