/**
 * Golden cases of post-processing, one file a language in `cases/`.
 *
 *     ==== why this is so
 *     @ option                          (lines, none or more)
 *     text before⟦what the model says⟧text after
 *     >> the filters that changed it: ⟦what is shown⟧
 *
 * Also `>> dropped by <filter>`, which shows nothing, and `>> unchanged`. In texts `→` is a tab and `␍` a carriage return. Options:
 * `length` (the token limit cut the answer), `selected TEXT` (as JSON), `log N,N,…` (one logarithm for each word of
 * the answer), `language ID` (instead of the file's name).
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Place } from '../../../runtime/features/completion/filters/around.ts';
import type { Answer } from '../../../runtime/features/completion/filters/filter.ts';

export interface Case {
  readonly title: string;
  readonly answer: Answer;
  readonly place: Place;
  /** `dropped by x`, `unchanged`, or the names of the filters. */
  readonly verdict: string;
  readonly shown: string;
}

const folder = path.join(import.meta.dirname, 'cases');

export function readCases(): Case[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => casesOf(path.basename(name, '.txt'), readFileSync(path.join(folder, name), 'utf8')));
}

function casesOf(languageId: string, file: string): Case[] {
  const [, ...parts] = file
    .replaceAll('→', '\t')
    .replaceAll('␍', '\r')
    .split(/^==== /m);
  return parts.map((part) => parse(languageId, part));
}

function parse(fileLanguage: string, part: string): Case {
  const found =
    /^(?<name>.*)\n(?<options>(?:@ .*\n)*)(?<text>[\s\S]*?)\n>> (?<verdict>[^:\n]*)(?:: ⟦(?<shown>[\s\S]*)⟧)?\n*$/.exec(
      part,
    );
  const { name = '', options = '', text = '', verdict = '', shown } = found?.groups ?? {};
  const marked = /^(?<before>[\s\S]*)⟦(?<said>[\s\S]*)⟧(?<after>[\s\S]*)$/.exec(text)?.groups;
  if (marked === undefined) throw new Error(`This case cannot be read:\n${part}`);
  const { before = '', said = '', after = '' } = marked;
  const option = (key: string): string | undefined =>
    new RegExp(`^@ ${key}(?: (.*))?$`, 'm').exec(options)?.slice(1)[0];
  const [languageId, selected, log] = ['language', 'selected', 'log'].map(option);
  return {
    title: `${languageId ?? fileLanguage}: ${name}`,
    place: {
      before,
      after,
      languageId: languageId ?? fileLanguage,
      ...(selected && { selected: JSON.parse(selected) }),
    },
    answer: {
      text: said,
      ...(/^@ length$/m.test(options) && { end: 'length' }),
      ...(log && { tokens: tokensOf(said, log.split(',').map(Number)) }),
    },
    verdict,
    shown: verdict === 'unchanged' ? said : (shown ?? ''),
  };
}

function tokensOf(said: string, logs: readonly number[]): { chars: number; logProbability: number }[] {
  const pieces = said.match(/\s*\S+|\s+$/g) ?? [];
  return pieces.map((piece, index) => ({ chars: piece.length, logProbability: logs[index] ?? 0 }));
}
