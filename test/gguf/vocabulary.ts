/**
 * Vocabularies without training. `bytes`: every byte is a token. `words`: also a few thousand words with a leading space, each
 * built up letter by letter from merges that all begin at that space, so no two merges compete and a known word is always one token.
 * The rest of a true vocabulary's size is filled with tokens that never occur: they cost what they cost in the true model.
 */

export interface Vocabulary {
  readonly tokens: readonly string[];
  /** llama.cpp's token types: 1 normal, 3 control, 5 unused. */
  readonly types: readonly number[];
  readonly merges: readonly string[];
  /** Ids of whole words with a leading space, in a fixed order. */
  readonly words: readonly number[];
  readonly idOf: (token: string) => number;
}

export const specials = [
  '<|endoftext|>',
  '<|im_start|>',
  '<|im_end|>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|fim_pad|>',
  '<|repo_name|>',
  '<|file_sep|>',
] as const;

/** GPT-2's printable stand-ins for the 256 bytes. */
export const byteTokens: readonly string[] = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let stand = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : stand++));
})();

const space = byteTokens[32] ?? '';
const codeWords =
  'function return const value result string number index item list array object class public private static void import export default from async await throw error type interface extends implements boolean true false null undefined while break continue switch case length push map filter name user count total sum data file path read write line text print self def lambda yield with except finally raise global assert struct enum match impl trait package func range append error make chan select defer go';

/** Words of two or three syllables, none of them a word of the list above by construction of their letters. */
function syllableWords(): string[] {
  const syllables = [...'bdfgklmnprstvz'].flatMap((consonant) => [...'aeiou'].map((vowel) => consonant + vowel));
  return syllables.flatMap((first) => syllables.slice(0, 60).map((second) => `${first}${second}x`));
}

/** `infill` false leaves the infill tokens out: llama.cpp finds them by their texts even where the metadata does not name them. */
export function vocabulary(kind: 'bytes' | 'words', size: number | undefined, infill: boolean): Vocabulary {
  const tokens: string[] = [...byteTokens];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: string[] = [];
  const merge = (left: string, right: string): string => {
    const joined = left + right;
    if (!ids.has(joined)) {
      ids.set(joined, tokens.length);
      tokens.push(joined);
      merges.push(`${left} ${right}`);
    }
    return joined;
  };
  const words = kind === 'words' ? [...new Set(codeWords.split(' ')), ...syllableWords()] : [];
  // Even a vocabulary of bytes needs a merge: llama.cpp refuses a BPE tokenizer without any.
  if (words.length === 0) merge(space, space);
  const wordIds = words.map((word) => ids.get([...word].reduce(merge, space)) ?? 0);
  const types = tokens.map(() => 1);
  for (const special of specials.filter((token) => infill || !token.startsWith('<|fim_'))) {
    ids.set(special, tokens.length);
    tokens.push(special);
    types.push(3);
  }
  for (const end = size ?? Math.ceil(tokens.length / 64) * 64; tokens.length < end; ) {
    tokens.push(`[PAD${tokens.length}]`);
    types.push(5);
  }
  const idOf = (token: string): number => {
    const id = ids.get(token);
    if (id === undefined) throw new RangeError(`'${token}' is not in the vocabulary`);
    return id;
  };
  return { tokens, types, merges, words: wordIds, idOf };
}
