/** What other files say, in the prompts of models that know files and of models that know none: copies of the embedded model. */
import { getLlama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InfillPrompt } from '../../runtime/core/task.ts';
import { PromptFormat } from '../../runtime/engine/llama/prompt.ts';
import { ModelFiles } from './models.ts';

const files = new ModelFiles();
const prefix = 'function total(values) {\n';
const suffix = '\n}\n';
const typed = '  return';
const context = {
  repository: 'shop',
  path: 'src/total.js',
  pieces: [
    { path: 'src/a.js', text: 'let a = "<|file_sep|>";', comments: '// src/a.js\n// let a = "<|file_sep|>";\n' },
    { path: 'src/b.js', text: 'let b = 2;', comments: '// src/b.js\n// let b = 2;\n' },
  ],
};
const comments = context.pieces.map((piece) => piece.comments);

let models: Readonly<Record<'suffixFirst' | 'prefixFirst' | 'ofRepositories', LlamaModel>>;

beforeAll(async () => {
  const quiet = { build: 'never', skipDownload: true, logLevel: LlamaLogLevel.error, maxThreads: 1 } as const;
  const llama = await getLlama({ gpu: false, ...quiet });
  models = {
    suffixFirst: await llama.loadModel({ modelPath: files.withoutFiles() }),
    prefixFirst: await llama.loadModel({ modelPath: files.withoutFiles(files.prefixFirst()) }),
    ofRepositories: await llama.loadModel({ modelPath: files.prefixFirst() }),
  };
});

afterAll(async () => {
  for (const model of Object.values(models)) await model.dispose();
  files.dispose();
});

function asked(model: LlamaModel, prompt: Partial<InfillPrompt> = {}): readonly number[] {
  const format = formats.get(model) ?? new PromptFormat(model, 1_024);
  formats.set(model, format);
  const result = format.tokenize({ kind: 'infill', prefix, suffix, typed, context, ...prompt }, 10);
  if (result.kind !== 'tokens') throw new Error(String(result.error.message));
  return result.tokens;
}

/** Finding out how a model wants a conversation to be written takes long, so it is done once. */
const formats = new Map<LlamaModel, PromptFormat>();

const textIn = (model: LlamaModel) => (text: string) => model.tokenize(text, false, 'trimLeadingSpace');

describe('a context in a prompt', () => {
  it('when a model knows no files and reads the prefix first, then comments begin the prefix', () => {
    const model = models.prefixFirst;
    const text = textIn(model);
    const { prefix: first, suffix: second, middle } = model.tokens.infill;
    expect(asked(model)).toEqual([
      ...[first, ...text(comments.join('')), ...text(prefix)],
      ...[second, ...text(suffix), middle, ...text(typed)],
    ]);
  });

  it('when a model knows no files and reads the suffix first, then comments begin the prefix all the same', () => {
    const model = models.suffixFirst;
    const text = textIn(model);
    const { prefix: first, suffix: second } = model.tokens.infill;
    expect(asked(model)).toEqual([
      ...[second, ...text(suffix), first, ...text(comments.join(''))],
      ...text(prefix + typed),
    ]);
  });

  it('when a model knows files, then each piece is one, and no text is read as its marker', () => {
    const model = models.ofRepositories;
    const text = textIn(model);
    const [repository] = model.tokenize('<|repo_name|>', true);
    const [file] = model.tokenize('<|file_sep|>', true);
    const tokens = asked(model);
    const written = [
      ...[repository, ...text('shop\n'), file, ...text('src/a.js\nlet a = "<|file_sep|>";\n')],
      ...[file, ...text('src/b.js\nlet b = 2;\n'), file, ...text('src/total.js\n'), model.tokens.infill.prefix],
    ];
    expect(tokens.slice(0, written.length)).toEqual(written);
    expect(tokens.filter((token) => token === file)).toHaveLength(3);
    expect(tokens.slice(written.length - 1)).toEqual(
      asked(model, { context: { ...context, pieces: [] } }).slice(-(tokens.length - written.length + 1)),
    );
  });

  it.each(['suffixFirst', 'prefixFirst', 'ofRepositories'] as const)(
    'when somebody types, or a piece is added behind the others (%s), then what stands before is the same',
    (name) => {
      const before = asked(models[name]);
      const longer = asked(models[name], { typed: `${typed} value` });
      expect(longer.slice(0, before.length)).toEqual(before);
      const more = {
        ...context,
        pieces: [...context.pieces, { path: 'c.js', text: 'let c;', comments: '// c.js\n// let c;\n' }],
      };
      const added = asked(models[name], { context: more });
      const shared = added.findIndex((token, index) => token !== before[index]);
      const alone = asked(models[name], { context: { ...context, pieces: [] } });
      expect(shared).toBeGreaterThan(before.length - alone.length);
    },
  );
});
