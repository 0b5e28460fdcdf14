/**
 * Guesses on real llama.cpp: a chain model's text is exactly known, and the embedded model has real weights. Passes are told to take
 * the same time whatever their size, so which guesses are made does not depend on the machine.
 */
import path from 'node:path';
import { getLlama, type Llama } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certainLength } from '../../runtime/core/lengths.ts';
import { alternate, byArrival } from '../../runtime/core/step.ts';
import type { EngineRequest } from '../../runtime/engine/engine.ts';
import { KvFolder } from '../../runtime/engine/llama/kv-folder.ts';
import { LoadedModel } from '../../runtime/engine/llama/model.ts';
import { StepMachine } from '../../runtime/engine/step-machine.ts';
import { writeModel } from '../gguf/model.ts';
import { embeddedModel, ModelFiles } from './models.ts';
import { engineRequest } from './request.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz\n';
const files = new ModelFiles();
let llama: Llama;

beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
});

afterAll(() => files.dispose());

async function load(file: string): Promise<LoadedModel> {
  const spec = { id: 'm', file, sequences: 1, contextTokens: 1_024, threads: 1 };
  const surroundings = { device: 'CPU', kvFolder: new KvFolder(), log: () => {} };
  return await LoadedModel.load(llama, surroundings, spec, () => {});
}

interface Answer {
  readonly text: string;
  readonly passes: number;
  readonly drafted: number;
  readonly accepted: number;
}

async function answer(
  model: LoadedModel,
  prompt: EngineRequest['prompt'],
  limits: EngineRequest['limits'],
  speculates: boolean,
): Promise<Answer> {
  const machine = new StepMachine((view) => alternate(view, byArrival), speculates);
  machine.addModel(model.machineModel);
  const request = engineRequest({
    id: 'r',
    class: 'translate',
    prompt,
    limits,
    sla: { kind: 'e2e', targetMs: 1e6 },
    answerTokens: certainLength(limits.maxTokens),
  });
  const tokens = model.prompts.tokenize(prompt, limits.maxTokens);
  if (tokens.kind === 'refused') throw new Error(String(tokens.error.message));
  machine.start(request, tokens.tokens, 0);
  const sum = { text: '', passes: 0, drafted: 0, accepted: 0 };
  for (let pass = machine.next(0); pass !== undefined; pass = machine.next(0)) {
    const { items } = await model.run(pass.items);
    expect(items.map(({ kind }) => kind)).toEqual(['done']);
    for (const event of machine.complete(pass, { items, wallMs: 10 })) {
      if (event.kind === 'tokens') sum.text += event.text;
      if (event.kind !== 'pass') continue;
      sum.passes += 1;
      sum.drafted += event.pass.drafted ?? 0;
      sum.accepted += event.pass.accepted ?? 0;
    }
  }
  return sum;
}

describe('guesses on llama.cpp', () => {
  it('when a chain copies its prompt, then the text is exact, in a fraction of the passes', async () => {
    const file = path.join(files.folder, 'endless.gguf');
    await writeModel({ file, shape: 'tiny', noEos: true });
    const model = await load(file);
    try {
      const prompt = { kind: 'infill', prefix: `${alphabet.replace('m', '#')}a(`, suffix: ')' } as const;
      const limits = { maxTokens: 27 * 5, stop: [] };
      const plain = await answer(model, prompt, limits, false);
      expect(plain).toMatchObject({ text: alphabet.repeat(5), drafted: 0 });
      const guessed = await answer(model, prompt, limits, true);
      expect(guessed.text).toBe(plain.text);
      expect(guessed.passes).toBeLessThan(plain.passes / 3);
      // The prompt misleads after the twelfth letter: wrong guesses are cut off again.
      expect(guessed.accepted).toBeLessThan(guessed.drafted);
      const stopped = await answer(model, prompt, { maxTokens: 135, stop: ['xyz\nabcde'] }, true);
      expect(stopped.text).toBe('abcdefghijklmnopqrstuvw');
    } finally {
      await model.dispose();
    }
  });

  it('when a model with real weights repeats what it read, then it writes the same as without guesses', async () => {
    const model = await load(embeddedModel);
    try {
      const lines = ['def area(width, height):', '    return width * height', ''].join('\n');
      const prompt = { kind: 'infill', prefix: `${lines.repeat(4)}def area(`, suffix: '\n' } as const;
      const limits = { maxTokens: 80, stop: [] };
      const plain = await answer(model, prompt, limits, false);
      const guessed = await answer(model, prompt, limits, true);
      expect(guessed.text).toBe(plain.text);
      expect(guessed.accepted).toBeGreaterThan(0);
    } finally {
      await model.dispose();
    }
  });
});
