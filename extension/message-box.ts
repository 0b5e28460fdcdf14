/**
 * A text that is written into a box which is its user's: what stands in it is replaced with his consent only, what he types meanwhile stays,
 * and what did not come to its end is taken back. Pure, without vscode.
 */
import { l10n } from './l10n.ts';
import { UserError } from './messages.ts';

export interface Box {
  value: string;
}

/** What becomes of the text that stands there. */
export type BoxChoice = 'replace' | 'add';

export class MessageBox {
  readonly #box: Box;
  readonly #before: string;
  readonly #kept: string;
  #written = '';
  /** As we left it. */
  #left: string;

  constructor(box: Box, choice: BoxChoice) {
    this.#box = box;
    this.#before = box.value;
    this.#left = box.value;
    this.#kept = choice === 'add' ? `${box.value.trimEnd()}\n\n` : '';
  }

  /** @throws UserError when somebody else has written there meanwhile: that stays. */
  append(text: string): void {
    if (this.#box.value !== this.#left)
      throw new UserError(l10n.t('You typed into the message box meanwhile, so nothing more is written there.'));
    this.#written += text;
    this.#put(this.#kept + this.#written);
  }

  /** With `isWhole` the text stays; half of one helps nobody. */
  end(isWhole: boolean): void {
    if (this.#box.value !== this.#left) return;
    this.#put(isWhole ? this.#left.trimEnd() : this.#before);
  }

  #put(value: string): void {
    this.#box.value = value;
    // A box may change what is put into it, such as its line ends.
    this.#left = this.#box.value;
  }
}
