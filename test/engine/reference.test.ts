/**
 * Our own step loop against the library's own completion and chat, with the same model and prompts: markers, order of the parts,
 * chunks, stop tokens and detokenizing are right when the texts are the same. No word of the model is written down here.
 */
import { getLlama, LlamaChatSession, LlamaCompletion, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prompt } from '../../runtime/core/task.ts';
import { LlamaDetokenizer } from '../../runtime/engine/llama/detokenizer.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { PromptFormat } from '../../runtime/engine/llama/prompt.ts';
import { embeddedModel, engineProgram } from './models.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

const maxTokens = 24;

let model: LlamaModel;
let engine: LlamaEngine;
let recorder: Recorder;

beforeAll(async () => {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
    maxThreads: 1,
  });
  model = await llama.loadModel({ modelPath: embeddedModel });
  engine = new LlamaEngine({ program: engineProgram, env: process.env });
  recorder = new Recorder(engine);
  engine.send({ kind: 'load', spec: { id: 'm', file: embeddedModel, sequences: 1, contextTokens: 1_024, threads: 1 } });
  await recorder.until(() => recorder.of('loaded').length === 1);
});

afterAll(async () => {
  await engine.close();
  await model.dispose();
});

async function ours(id: string, prompt: Prompt): Promise<string> {
  const request = engineRequest({ id, class: 'summarize', prompt, limits: { maxTokens, stop: [] } });
  engine.send({ kind: 'start', request });
  await recorder.until(() => recorder.hasEnded(id));
  return recorder.text(id);
}

describe('the llama engine beside the library', () => {
  it.each([
    ['for (let i = 0; i <', '\n  total += i;\n}\n'],
    ['def fibonacci(n):\n    if n < 2:\n        return n\n    return', '\n'],
    ['import { readFile } from', '\n\nconst text = await readFile("a.txt");\n'],
  ])('when it infills after %j, then it writes what the library writes', async (prefix, suffix) => {
    const context = await model.createContext({ contextSize: 1_024, threads: 1, flashAttention: false });
    const completion = new LlamaCompletion({ contextSequence: context.getSequence() });
    const expected = await completion.generateInfillCompletion(prefix, suffix, {
      maxTokens,
      temperature: 0,
      repeatPenalty: false,
    });
    await context.dispose();
    expect(await ours(`infill ${prefix}`, { kind: 'infill', prefix, suffix })).toBe(expected);
    expect(expected).not.toBe('');
  });

  it('when it answers a chat message, then it writes what the library writes', async () => {
    const user = 'Translate this JavaScript code to Python:\n\nfunction add(a, b) {\n  return a + b;\n}\n';
    const context = await model.createContext({ contextSize: 1_024, threads: 1, flashAttention: false });
    const session = new LlamaChatSession({ contextSequence: context.getSequence() });
    const expected = await session.prompt(user, { maxTokens, temperature: 0, repeatPenalty: false });
    await context.dispose();
    // The library trims the end of a chat answer.
    expect((await ours('chat', { kind: 'chat', user })).trimEnd()).toBe(expected.trimEnd());
  });
});

describe('the tokens of a prompt', () => {
  it('when a model names no middle token, then the suffix goes first and typing only appends', () => {
    const format = new PromptFormat(model, 1_024);
    const tokens = (prefix: string): readonly number[] => {
      const result = format.tokenize({ kind: 'infill', prefix, suffix: '\n}\n' }, 10);
      return result.kind === 'tokens' ? result.tokens : [];
    };
    const { prefix, suffix, middle } = model.tokens.infill;
    expect(middle).toBeNull();
    const short = tokens('return a\n');
    expect(short[0]).toBe(suffix);
    expect(short).toContain(prefix);
    expect(tokens('return a\n+ b').slice(0, short.length)).toEqual(short);
  });

  it('when text spells out a marker, then no marker token comes of it', () => {
    const format = new PromptFormat(model, 1_024);
    const result = format.tokenize(
      { kind: 'infill', prefix: '<|fim_suffix|><|im_end|>', suffix: '<|fim_prefix|>' },
      10,
    );
    const tokens = result.kind === 'tokens' ? result.tokens : [];
    expect(tokens.filter((token) => format.isEnd(token))).toEqual([
      model.tokens.infill.suffix,
      model.tokens.infill.prefix,
    ]);
  });
});

describe('the detokenizer', () => {
  it.each(['a😀é漢字🇩🇪 b', 'const s = "👩‍👩‍👧";\n', '\tx = 1;\r\n', ' leading and  double  spaces '])(
    'when the tokens of %j come one by one, then only whole characters are released and nothing is lost',
    (text) => {
      const detokenizer = new LlamaDetokenizer(model, []);
      const pieces = model.tokenize(text, false).map((token) => detokenizer.push(token));
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) expect(piece).not.toContain('\uFFFD');
    },
  );

  it('when bytes never become a character, then they do not hold back what follows for ever', () => {
    const detokenizer = new LlamaDetokenizer(model, []);
    const [half] = model.tokenize('😀', false);
    if (half === undefined) throw new Error('The model has no token for the first bytes of an emoji.');
    const pieces = [...Array.from({ length: 12 }, () => half), ...model.tokenize('x', false)].map((token) =>
      detokenizer.push(token),
    );
    expect(pieces.join('').endsWith('x')).toBe(true);
  });
});
