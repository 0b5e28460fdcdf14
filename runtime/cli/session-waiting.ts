/** A session whose user is told why nothing comes yet. */
import type { Io, Values } from './command.ts';
import { type Session, withSession } from './session.ts';
import { systemTimer, tellWaiting } from './waiting.ts';

/**
 * As {@link withSession}. Says on stderr what is waited for, until the end or `onAnswer`; not with `--json`, where a program listens.
 * `settings` are the client's, beside the model.
 */
export async function withWaiting<T>(
  io: Io,
  values: Values,
  settings: object,
  use: (session: Session, onAnswer: () => void) => Promise<T>,
): Promise<T> {
  const say = values['json'] ? (): void => undefined : (line: string): void => io.err(`${line}\n`);
  const waiting = tellWaiting(say, systemTimer);
  const watched = (session: Session): Promise<T> => {
    session.onStatus((status) => waiting.heard(status));
    return use(session, () => waiting.end());
  };
  try {
    return await withSession(io, values, watched, settings);
  } finally {
    waiting.end();
  }
}
