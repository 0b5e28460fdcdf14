import type { LlamaModel, Token } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { asRepository, repositoryTokensOf } from '../../runtime/engine/llama/repository-tokens.ts';

const token = (id: number): Token => id as Token;

/** A vocabulary of some special tokens; everything else is written in characters. */
function vocabulary(special: Readonly<Record<string, number>>, named: object = {}): LlamaModel {
  const known = new Map(Object.entries(special));
  const model = {
    fileInfo: { metadata: { tokenizer: { ggml: { model: 'gpt2', tokens: [], ...named } } } },
    tokenize: (text: string, isSpecial: boolean) => {
      const id = isSpecial ? known.get(text) : undefined;
      return id === undefined ? [...text].map((char) => token(char.charCodeAt(0))) : [token(id)];
    },
    isSpecialToken: (id: Token) => [...known.values()].includes(id),
  };
  // Of a model only these are asked.
  return model as unknown as LlamaModel;
}

describe('the tokens of repositories', () => {
  it('when the file of a model names them, then they are those', () => {
    const model = vocabulary({}, { fim_rep_token_id: 7, fim_sep_token_id: 8 });
    expect(repositoryTokensOf(model)).toEqual({ repository: 7, file: 8 });
  });

  it.each([
    [
      { '<|repo_name|>': 3, '<|file_sep|>': 4 },
      { repository: 3, file: 4 },
    ],
    [
      { '<repo_name>': 5, '<file_sep>': 6 },
      { repository: 5, file: 6 },
    ],
    [{ '<|file_sep|>': 4 }, undefined],
    [{}, undefined],
  ])('when the vocabulary has %j, then they are %j', (special, expected) => {
    expect(repositoryTokensOf(vocabulary(special))).toEqual(expected);
  });

  it('when pieces are written as files, then each has its path, and the path of the file itself is last', () => {
    const pieces = [
      { path: 'src/a.ts', text: 'const a = 1;\n\n', comments: '' },
      { path: 'b.ts', text: 'const b = "<|file_sep|>";', comments: '' },
    ];
    const tokens = { repository: token(100_001), file: token(100_002) };
    const text = (written: string): Token[] => [...written].map((char) => token(char.charCodeAt(0)));
    expect(asRepository({ repository: 'shop', path: 'c.ts', pieces }, tokens, text)).toEqual([
      tokens.repository,
      ...text('shop\n'),
      tokens.file,
      ...text('src/a.ts\nconst a = 1;\n'),
      tokens.file,
      // What a file says is text, whatever it looks like.
      ...text('b.ts\nconst b = "<|file_sep|>";\n'),
      tokens.file,
      ...text('c.ts\n'),
    ]);
  });
});
