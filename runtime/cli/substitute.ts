/** `--substitute`: whether another model that is loaded may answer when the chosen one would come too late, and the question about it. */
import { type OfferParams, type OfferResult, substitutionSchema } from '../protocol.ts';
import { type Io, UsageError, type Values } from './command.ts';
import type { Session } from './session.ts';

type Substitution = (typeof substitutionSchema.options)[number];

export const substituteOption = { substitute: { type: 'string' } } as const;
export const substituteUsage = `[--substitute ${substitutionSchema.options.join('|')}]`;
export const substituteHelp = {
  substitute: 'whether another loaded model may answer when the right one would be late (default: automatically)',
} as const;

/** Undefined when not given. @throws UsageError for a word that there is not. */
export function substitutionOf({ substitute }: Values): Substitution | undefined {
  if (substitute === undefined) return undefined;
  const parsed = substitutionSchema.safeParse(substitute);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--substitute is '${substitute}': give one of ${substitutionSchema.options.join(', ')}`);
}

export interface Consent {
  /** The client's setting. */
  readonly settings: { readonly substitution?: Substitution };
  /** Takes the runtime's questions; `onAsked` is called before each. */
  listen(session: Pick<Session, 'onOffer'>, onAsked: () => void): void;
}

/** Where nobody can be asked, to ask is to wait; that is said, unless a program listens. */
export function consentOf(values: Values, io: Io): Consent {
  const substitution = substitutionOf(values);
  const { ask } = io;
  const isJson = values['json'] === true;
  if (substitution !== 'ask') return { settings: { ...(substitution && { substitution }) }, listen: () => undefined };
  if (ask === undefined || isJson) {
    if (!isJson) io.err('There is no terminal to ask at, so the right model is waited for.\n');
    return { settings: { substitution: 'never' }, listen: () => undefined };
  }
  return {
    settings: { substitution },
    listen: (session, onAsked) =>
      session.onOffer(async (offer, moot) => {
        onAsked();
        return choiceOf(await ask(questionOf(offer), moot));
      }),
  };
}

function questionOf({ model, by, waitMs }: OfferParams): string {
  const seconds = Math.max(1, Math.round(waitMs / 1_000));
  return `${model} comes in about ${seconds} s, too late for the promise. Answer with ${by} now? [y/N] `;
}

/** An empty line is a no. */
function choiceOf(line: string): OfferResult {
  return { choice: /^\s*y(es)?\s*$/i.test(line) ? 'now' : 'wait' };
}
