/** The rules that are put side by side: fixed waits, as editors ship them, and the product's own. Pure. */
import {
  type DebounceOptions,
  debounceDefault,
  debounced,
  delayMs,
  newDebounce,
} from '../../features/completion/debounce.ts';
import type { Waiting } from './play.ts';

export interface Rule {
  readonly name: string;
  /** For a session of its own: nothing is remembered from one to the next. */
  begin(): Waiting;
}

/** What VS Code waits comes on top. */
export function fixedRule(waitMs: number): Rule {
  const waiting: Waiting = { edited: () => undefined, delayMs: () => waitMs, answered: () => undefined };
  return { name: `${waitMs} ms`, begin: () => waiting };
}

/** @param requestCost what is swept: more of it makes fewer requests. */
export function adaptiveRule(requestCost: number, more: Partial<DebounceOptions> = {}): Rule {
  const options = { ...debounceDefault, ...more, requestCost };
  return {
    name: `adaptive ${requestCost.toFixed(2)}`,
    begin() {
      let state = newDebounce;
      return {
        edited(atMs, grownBy) {
          state = debounced(state, { kind: 'edited', atMs, grownBy });
        },
        delayMs(question) {
          state = debounced(state, { kind: 'asked', situation: question.situation });
          return delayMs(state, question, options);
        },
        answered(decodeMs) {
          state = debounced(state, { kind: 'answered', decodeMs });
        },
      };
    },
  };
}
