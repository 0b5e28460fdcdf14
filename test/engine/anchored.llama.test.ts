/**
 * Prompts that typing only appends to, and words that are cut at the cursor, with the embedded model and a copy of it that reads what
 * stands before the cursor first. No word of the model is written down here.
 */
import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InfillPrompt } from '../../runtime/core/task.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { PromptFormat } from '../../runtime/engine/llama/prompt.ts';
import { embeddedModel, engineProgram, ModelFiles } from './models.ts';
import { Recorder } from './recorder.ts';
import { engineRequest } from './request.ts';

const files = new ModelFiles();
const prefix = 'function total(values) {\n  let sum = 0;\n';
const suffix = '\n  return sum;\n}\n';

let models: Readonly<Record<'suffixFirst' | 'prefixFirst', LlamaModel>>;

beforeAll(async () => {
  const quiet = { build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 1 } as const;
  const llama = await getLlama({ gpu: false, ...quiet });
  models = {
    suffixFirst: await llama.loadModel({ modelPath: embeddedModel }),
    prefixFirst: await llama.loadModel({ modelPath: files.prefixFirst() }),
  };
});

afterAll(async () => {
  await models.suffixFirst.dispose();
  await models.prefixFirst.dispose();
  files.dispose();
});

/** Made once: to find out the chat format takes most of a second. */
const formats = new Map<LlamaModel, PromptFormat>();

function formatOf(model: LlamaModel): PromptFormat {
  const known = formats.get(model) ?? new PromptFormat(model, 1_024);
  formats.set(model, known);
  return known;
}

function asked(
  model: LlamaModel,
  prompt: Partial<InfillPrompt>,
): { readonly tokens: readonly number[]; readonly cut: string } {
  const result = formatOf(model).tokenize({ kind: 'infill', prefix, suffix, ...prompt }, 10);
  if (result.kind !== 'tokens') throw new Error(String(result.error.message));
  return result;
}

describe('the tokens of a prompt with typed text', () => {
  it('when a model reads the prefix first, then what was typed stands behind the middle token', () => {
    const model = models.prefixFirst;
    const { prefix: first, suffix: second, middle } = model.tokens.infill;
    const text = (part: string): readonly number[] => model.tokenize(part, false, 'trimLeadingSpace');
    const { tokens } = asked(model, { typed: '  for (const' });
    expect(tokens).toEqual([first, ...text(prefix), second, ...text(suffix), middle, ...text('  for (const')]);
    expect(formatOf(model).suffixFirst).toBe(false);
  });

  it('when a model reads the suffix first, then what was typed ends the prefix, as if there were no difference', () => {
    const model = models.suffixFirst;
    const typed = '  for (const';
    expect(asked(model, { typed })).toEqual(asked(model, { prefix: prefix + typed }));
    expect(formatOf(model).suffixFirst).toBe(true);
  });

  it.each(['suffixFirst', 'prefixFirst'] as const)(
    'when somebody types a line (%s), then all but the last word is reused',
    (order) => {
      const line = '  for (const value of values) sum += value;';
      let before = asked(models[order], { typed: '', heals: true }).tokens;
      for (let end = 1; end <= line.length; end += 1) {
        const { tokens } = asked(models[order], { typed: line.slice(0, end), heals: true });
        const shared = tokens.findIndex((token, index) => token !== before[index]);
        expect(tokens.length - (shared === -1 ? tokens.length : shared)).toBeLessThanOrEqual(3);
        before = tokens;
      }
    },
  );

  it.each([
    ['a word', '  retur', /^ ?retur$/],
    ['a member', '  console.lo', /^\.?lo$/],
    ['a space', '  return ', /^ $/],
  ])(
    'when %s stands at the cursor, then it is taken off, and what is left is the prompt without it',
    (_, typed, cut) => {
      for (const model of Object.values(models)) {
        const healed = asked(model, { typed, heals: true });
        expect(healed.cut).toMatch(cut);
        expect(healed.tokens).toEqual(asked(model, { typed: typed.slice(0, -healed.cut.length) }).tokens);
      }
    },
  );

  it.each([
    ['(', '  f('],
    ['indentation', '    '],
    ['a number', '  x = 12'],
    ['letters of two bytes', '  größ'],
    ['nothing', ''],
  ])('when %s stands at the cursor, then nothing is taken off', (_, typed) => {
    const healed = asked(models.suffixFirst, { typed, heals: true });
    expect(healed).toEqual({ ...asked(models.suffixFirst, { typed }), cut: '' });
  });

  it('when a prompt does not ask for it, then nothing is taken off', () => {
    expect(asked(models.suffixFirst, { typed: '  retur' }).cut).toBe('');
  });
});

describe('an answer to a word that is cut', () => {
  let engine: LlamaEngine;
  let recorder: Recorder;

  beforeAll(async () => {
    engine = new LlamaEngine({ program: engineProgram, env: process.env });
    recorder = new Recorder(engine);
    engine.send({
      kind: 'load',
      spec: { id: 'm', file: embeddedModel, sequences: 1, contextTokens: 1_024, threads: 1 },
    });
    await recorder.until(() => recorder.of('loaded').length === 1);
  });

  afterAll(() => engine.close());

  async function answer(id: string, prompt: InfillPrompt): Promise<string> {
    engine.send({ kind: 'start', request: engineRequest({ id, prompt, limits: { maxTokens: 12, stop: ['\n'] } }) });
    await recorder.until(() => recorder.hasEnded(id));
    return recorder.text(id);
  }

  it('when a keyword is typed letter by letter, then each answer is the rest of a word that begins so', async () => {
    const texts: string[] = [];
    for (const typed of ['  ret', '  retu', '  retur'])
      texts.push(typed + (await answer(typed, { kind: 'infill', prefix, suffix: '\n}\n', typed, heals: true })));
    for (const text of texts) expect(text).toMatch(/^ {2}ret/);
    expect(texts.filter((text) => /^ {2}return\b/.test(text)).length).toBeGreaterThan(0);
  });

  it('when the word is whole and the model agrees, then the answer is that to the prompt with the word', async () => {
    const typed = '  for (const value of';
    const plain = await answer('plain', { kind: 'infill', prefix, suffix, typed });
    const healed = await answer('healed', { kind: 'infill', prefix, suffix, typed, heals: true });
    // The word may have been meant to go on.
    if (/^\w/.test(healed)) expect(plain).not.toMatch(/^\w/);
    else expect(healed).toBe(plain);
  });
});
