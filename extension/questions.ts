/**
 * Whether another model is to answer: the questions of the runtime, put to the user one at a time. Owns whose turn it is; a question that
 * is moot when its turn comes is never seen. Pure, without vscode.
 */
import type { OfferParams, OfferResult } from '../runtime/protocol.ts';
import { formatDuration } from './format.ts';
import { l10n } from './l10n.ts';

export type Choice = OfferResult['choice'];

/** Shows the question until it is over. */
export type ShowQuestion = (offer: OfferParams, over: Promise<unknown>) => void;

export class Questions {
  readonly #show: ShowQuestion;
  #last: Promise<unknown> = Promise.resolve();
  #answer: ((choice: Choice) => void) | undefined;

  constructor(show: ShowQuestion) {
    this.#show = show;
  }

  /** @returns undefined when it became moot before the user chose. */
  ask(offer: OfferParams, moot: AbortSignal): Promise<Choice | undefined> {
    const asked = this.#last.then(() => this.#ask(offer, moot));
    this.#last = asked;
    return asked;
  }

  /** What the user chose for the question that is shown; nothing when there is none. */
  answer(choice: Choice): void {
    this.#answer?.(choice);
  }

  async #ask(offer: OfferParams, moot: AbortSignal): Promise<Choice | undefined> {
    if (moot.aborted) return undefined;
    const over = new Promise<Choice | undefined>((resolve) => {
      this.#answer = resolve;
      moot.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    this.#show(offer, over);
    const choice = await over;
    this.#answer = undefined;
    return choice;
  }
}

/** The commands that the links of a question run. */
export const choiceCommands = { now: 'answerNow', wait: 'keepWaiting' } as const satisfies Record<Choice, string>;

/** For a notification: a sentence, and a link for each choice. */
export function questionText({ class: name, textDocument, model, by, waitMs }: OfferParams): string {
  const link = (choice: Choice, label: string): string => `[${label}](command:punctual.${choiceCommands[choice]})`;
  const [chosen, other, file] = [plain(model), plain(by), plain(fileName(textDocument.uri))];
  const sentence = tooLate(name, chosen, formatDuration(waitMs), file);
  const links = [link('now', l10n.t('Answer with {0} now', other)), link('wait', l10n.t('Wait for {0}', chosen))];
  return `${sentence} ${links.join(' · ')}`;
}

function tooLate(name: OfferParams['class'], ...facts: readonly [model: string, time: string, file: string]): string {
  switch (name) {
    case 'summarize':
      return l10n.t('{0} comes in about {1}, too late for the summary of {2}.', ...facts);
    case 'translate':
      return l10n.t('{0} comes in about {1}, too late for the translation of {2}.', ...facts);
    default:
      return name satisfies never;
  }
}

/** A name comes from a file that anybody made: it must not become a link. */
function plain(name: string): string {
  return name.replace(/[[\]\r\n]+/g, ' ').trim();
}

function fileName(uri: string): string {
  const last = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
