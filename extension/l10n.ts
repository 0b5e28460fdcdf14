/**
 * Words in the language of the editor, for files that are tested without one: `product.ts` says who translates, and until then the words
 * stand as they are written. Calls look as those of VS Code do, so that one tool collects both.
 */
import type { Wording } from '../runtime/core/sentence.ts';

type Value = string | number | boolean;
type Translate = (message: string, ...values: Value[]) => string;

const asWritten: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));

let translate: Translate = asWritten;

/** A sentence of the runtime, and its parts. What nobody has translated stays English. */
export function say({ template, args }: Wording): string {
  return translate(template, ...args.map((each) => (typeof each === 'object' ? say(each) : each)));
}

export const l10n = { t: (message: string, ...values: Value[]): string => translate(message, ...values) };

/** Called once, before the first word is said. */
export function translateBy(by: Translate): void {
  translate = by;
}
