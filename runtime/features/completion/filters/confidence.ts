/**
 * Answers that the model itself did not believe in. An engine that tells no probabilities changes nothing here.
 *
 * 1. An answer whose first tokens were improbable on average is not shown: they decide what the rest is about.
 * 2. A later line that was improbable on average is not shown, nor what follows it.
 */
import type { TokenConfidence } from '../../tasks.ts';
import type { Filter } from './filter.ts';

/** Mean natural logarithm: a probability of one in four for each of the first tokens. */
const firstMeanMin = Math.log(0.25);
const firstTokens = 8;
/** Lower than for the beginning: a name in the middle may be improbable and right. */
const lineMeanMin = Math.log(0.12);

export const lowConfidence: Filter = (text, _around, { tokens = [] }) => {
  if (tokens.length === 0) return text;
  if (mean(tokens.slice(0, firstTokens)) < firstMeanMin) return '';
  const cut = firstDoubtfulLine(text, tokens);
  return cut === undefined ? text : text.slice(0, cut);
};

/** The tokens without the first `chars` units of their text: what was typed meanwhile needs no confidence any more. */
export function tokensAfter(tokens: readonly TokenConfidence[], chars: number): TokenConfidence[] {
  let over = chars;
  return tokens.flatMap((token) => {
    const typed = Math.min(over, token.chars);
    over -= typed;
    return typed > 0 && typed === token.chars ? [] : [{ ...token, chars: token.chars - typed }];
  });
}

/** The tokens of an answer in front of which so much text was put. */
export function tokensBehind(tokens: readonly TokenConfidence[], chars: number): TokenConfidence[] {
  return tokens.map((token, index) => (index === 0 ? { ...token, chars: token.chars + chars } : token));
}

/** Where the line before the first doubtful one ends. */
function firstDoubtfulLine(text: string, tokens: readonly TokenConfidence[]): number | undefined {
  let at = 0;
  let line: TokenConfidence[] = [];
  let lineEnd: number | undefined;
  // What was cut off the end says nothing of the last line that is left.
  for (const token of [...within(tokens, text.length), { chars: 0, logProbability: 0, isEnd: true }]) {
    const piece = text.slice(at, at + token.chars);
    const isLineEnd = piece.includes('\n') || 'isEnd' in token;
    if (isLineEnd) {
      // The token that ends a line is as sure as the line was long: it says nothing.
      if (lineEnd !== undefined && line.length > 0 && mean(line) < lineMeanMin) return lineEnd;
      lineEnd = at + Math.max(0, piece.indexOf('\n'));
      line = [];
    } else line.push(token);
    at += token.chars;
  }
  return undefined;
}

/** The tokens that begin before so many characters. */
function within(tokens: readonly TokenConfidence[], chars: number): readonly TokenConfidence[] {
  let at = 0;
  const end = tokens.findIndex((token) => {
    at += token.chars;
    return at - token.chars >= chars;
  });
  return end === -1 ? tokens : tokens.slice(0, end);
}

function mean(tokens: readonly TokenConfidence[]): number {
  const finite = tokens.filter(({ logProbability }) => Number.isFinite(logProbability));
  return finite.reduce((sum, { logProbability }) => sum + logProbability, 0) / Math.max(1, finite.length);
}
