/**
 * What models put around their answers, taken off while they stream: filters from pieces to pieces. Code comes wrapped in a Markdown fence.
 * The closing fence never arrives: it is the task's stop text.
 */

/** Ends a fenced answer: the closing fence at the start of a line. */
export const closingFence = '\n```';

/** An opening line longer than this is no fence. */
const openingCharsMax = 80;

/** Chat models like to begin with a blank line; nobody likes to read it. */
export class LeadingSpaceFilter {
  #begun = false;

  push(piece: string): string {
    const text = this.#begun ? piece : piece.trimStart();
    this.#begun ||= text !== '';
    return text;
  }

  end(): string {
    return '';
  }
}

export class FenceFilter {
  #held: string | undefined = '';

  /** Returns what of the answer is known to be content after this piece. */
  push(piece: string): string {
    if (this.#held === undefined) return piece;
    this.#held = (this.#held + piece).trimStart();
    if (!mayBeFence(this.#held)) return this.end();
    const lineEnd = this.#held.indexOf('\n');
    if (lineEnd === -1) return '';
    const content = this.#held.slice(lineEnd + 1);
    this.#held = undefined;
    return content;
  }

  /** What was held back when the answer ended early. */
  end(): string {
    const rest = this.#held ?? '';
    this.#held = undefined;
    // An answer that is nothing but an opening fence has no content.
    return rest.startsWith('```') ? '' : rest;
  }
}

function mayBeFence(held: string): boolean {
  if (held.length < 3) return '```'.startsWith(held);
  const [opening = ''] = held.split('\n', 1);
  return opening.startsWith('```') && opening.length <= openingCharsMax;
}
