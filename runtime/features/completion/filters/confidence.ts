/**
 * Answers that the model itself did not believe in. An engine that tells no probabilities changes nothing here.
 *
 * 1. An answer whose first tokens were improbable on average is not shown: they decide what the rest is about.
 * 2. A later line that was improbable on average is not shown, nor what follows it.
 */
import type { Filter, TokenConfidence } from './filter.ts';

/** Mean natural logarithm: a probability of one in five for each of the first tokens. */
const firstMeanMin = Math.log(0.2);
const firstTokens = 8;
/** Lower than for the beginning: a name in the middle may be improbable and right. */
const lineMeanMin = Math.log(0.12);

export const lowConfidence: Filter = (text, _around, { tokens = [] }) => {
  if (tokens.length === 0) return text;
  if (mean(tokens.slice(0, firstTokens)) < firstMeanMin) return '';
  const cut = firstDoubtfulLine(text, tokens);
  return cut === undefined ? text : text.slice(0, cut);
};

/** Where the line before the first doubtful one ends. */
function firstDoubtfulLine(text: string, tokens: readonly TokenConfidence[]): number | undefined {
  let at = 0;
  let line: TokenConfidence[] = [];
  let lineEnd: number | undefined;
  for (const token of [...tokens, { chars: 0, logProbability: 0, isEnd: true }]) {
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

function mean(tokens: readonly TokenConfidence[]): number {
  const finite = tokens.filter(({ logProbability }) => Number.isFinite(logProbability));
  return finite.reduce((sum, { logProbability }) => sum + logProbability, 0) / Math.max(1, finite.length);
}
