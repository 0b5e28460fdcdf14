/** The shapes that make an answer useless whatever it means, by name. Pure. */
import { unbalances } from './balance.ts';
import type { Checker, Shown } from './checker.ts';
import { repeatsSuffix } from './duplicate.ts';
import { misindents } from './indentation.ts';
import { leaksTokens } from './leaked.ts';
import { loops } from './repetition.ts';

export const badShapes = ['duplicate', 'unbalanced', 'indentation', 'leaked', 'repetition'] as const;
export type BadShape = (typeof badShapes)[number];

const checkers: Readonly<Record<BadShape, Checker>> = {
  duplicate: repeatsSuffix,
  unbalanced: unbalances,
  indentation: misindents,
  leaked: leaksTokens,
  repetition: loops,
};

/** What is wrong with an answer; nothing where there is none. */
export function badShapesOf(shown: Shown): BadShape[] {
  return shown.answer.trim() === '' ? [] : badShapes.filter((name) => checkers[name](shown));
}
