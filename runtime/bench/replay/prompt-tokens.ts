/**
 * Numbers for the tokens of a prompt, without a table: pieces of 4 characters, each numbered by what it says, in the order in which the
 * engine writes an infill prompt for models with a middle token (Qwen2.5-Coder and most others): prefix, suffix, middle. So each
 * keystroke evaluates the suffix again, and a step of the cursor within the window costs no more than that. Pure.
 */
import type { InfillWindow } from '../../features/completion/prompt.ts';

const charactersPerToken = 4;
/** Mark where the parts of a prompt begin; no piece has such a number. */
const markers = { prefix: 1, suffix: 2, user: 3, middle: 4 } as const;
const markersEnd = 8;

/** Pieces are numbered below this, invented prompts from here on; all fit in 31 bits. */
const inventedStart = 2 ** 30;
/** An invented prompt may have this many tokens. */
const inventedMax = 8_192;

/**
 * The tokens of an infill prompt. `salt`, a whole number below 2^29, is the document's own: two developers edit different files, so
 * equal text in two documents must not look like a prefix that both share.
 */
export function infillTokens({ prefix, suffix }: InfillWindow, salt: number): number[] {
  const tokens: number[] = [markers.prefix];
  // A lone space at the cursor is taken off, as the engine does (engine/llama/healing.ts).
  append(tokens, /[^\s] $/.test(prefix) ? prefix.slice(0, -1) : prefix, salt);
  tokens.push(markers.suffix);
  append(tokens, suffix, salt);
  tokens.push(markers.middle);
  return tokens;
}

/** The tokens of prompt number `index` of those that share nothing with any other but the marker. */
export function inventedTokens(index: number, count: number): number[] {
  const first = inventedStart + index * inventedMax;
  if (count > inventedMax || first + count > 2 ** 31 - 1)
    throw new RangeError(`Prompt ${index} of ${count} tokens has no numbers left.`);
  return [markers.user, ...Array.from({ length: Math.max(count - 1, 0) }, (_, place) => first + place)];
}

function append(tokens: number[], text: string, salt: number): void {
  for (let start = 0; start < text.length; start += charactersPerToken)
    tokens.push(markersEnd + (pieceNumber(text, start, Math.min(start + charactersPerToken, text.length)) ^ salt));
}

/** Below 2^29. Different for different pieces of ASCII; other pieces get a hash in the upper half. */
function pieceNumber(text: string, start: number, end: number): number {
  let packed = 0;
  let hash = 0;
  let isAscii = true;
  for (let at = start; at < end; at += 1) {
    const unit = text.charCodeAt(at);
    isAscii &&= unit < 128;
    packed = (packed << 7) | unit;
    hash = Math.imul(hash ^ unit, 16_777_619) + 374_761_393;
  }
  return isAscii ? packed : 2 ** 28 + ((hash >>> 3) & (2 ** 28 - 1));
}
