/** With the answer in it, the file has more brackets without a partner, or more open strings, than without it. Pure. */
import type { Language } from '../languages.ts';
import type { Checker } from './checker.ts';
import { kinds, scan } from './lexer.ts';

interface Lonely {
  readonly openers: number;
  readonly closers: number;
  readonly strings: number;
}

export const unbalances: Checker = ({ before, answer, after, language }) => {
  const without = lonely(before + after, language);
  const withIt = lonely(before + answer + after, language);
  return withIt.openers > without.openers || withIt.closers > without.closers || withIt.strings > without.strings;
};

const partners: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** A closer that fits one farther out leaves those in between alone. */
function lonely(text: string, language: Language): Lonely {
  const { kindAt, unterminated } = scan(text, language);
  const open: string[] = [];
  let openers = 0;
  let closers = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (kindAt[at] !== kinds.code) continue;
    const sign = text[at] ?? '';
    if (sign === '(' || sign === '[' || sign === '{') open.push(sign);
    const partner = partners[sign];
    if (partner === undefined) continue;
    const place = open.lastIndexOf(partner);
    if (place === -1) {
      closers += 1;
    } else {
      openers += open.length - place - 1;
      open.length = place;
    }
  }
  return { openers: openers + open.length, closers, strings: unterminated };
}
