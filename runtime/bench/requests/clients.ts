/** Who asks for suggestions: clients with a fixed wait, and the product. */
import { debounceDefault } from '../../features/completion/debounce.ts';
import { FeedbackBook } from '../../features/completion/feedback-book.ts';
import type { Timer } from '../../features/completion/generation.ts';
import type { CompletionOptions } from '../../features/completion/index.ts';
import { Unjudged } from '../keystrokes/unjudged.ts';
import { editorWaitMs } from '../typing/play.ts';

export interface Services {
  readonly timer: Timer;
  readonly now: () => number;
}

export interface Client {
  readonly name: string;
  /** From an edit to the question about it, if no other came. */
  readonly editorWaitMs: number;
  /** Each question is a request: nothing that was answered before is looked at. */
  readonly invoked: boolean;
  /** For a session of its own: nothing is remembered from one to the next. */
  options(services: Services): CompletionOptions;
}

/** Of Cody, as shipped. */
const fixedMs = 75;

/** A fixed wait, and a request for each question; what the editor takes back ends. */
export const plainClient: Client = {
  name: `plain, ${fixedMs} ms`,
  editorWaitMs: editorWaitMs + fixedMs,
  invoked: true,
  options: () => ({}),
};

/** A fixed wait, but what needs no request makes none, by the product's own rules. */
export const reusingClient: Client = {
  name: `reusing, ${fixedMs} ms`,
  editorWaitMs: editorWaitMs + fixedMs,
  invoked: false,
  options: ({ timer }) => ({ timer }),
};

/** @param requestCost what is swept: more of it makes fewer requests. */
export function productClient(requestCost: number): Client {
  return {
    name: `punctual, ${requestCost.toFixed(2)}`,
    editorWaitMs,
    invoked: false,
    options: ({ timer, now }) => {
      const debounce = { ...debounceDefault, requestCost };
      return { timer, restraint: new Unjudged({ timer, now, book: new FeedbackBook(), debounce }) };
    },
  };
}
