/** What a person is told who waits: why nothing comes yet. Once for each phase, and not before a second has passed. */
import type { Status } from '../protocol.ts';

/** Shorter silences need no explanation. */
export const silenceMs = 1_000;

export interface Waiting {
  /** The runtime's latest word. */
  heard(status: Status): void;
  /** The answer has begun, or there will be none. */
  end(): void;
}

/** `timer` calls back once after so many ms, and returns how to call it off. */
export function tellWaiting(
  say: (line: string) => void,
  timer: (ms: number, callback: () => void) => () => void,
): Waiting {
  const said = new Set<string>();
  let latest: Status | undefined;
  let restartsBefore: number | undefined;
  let isSilent = true;
  const tell = (): void => {
    if (isSilent) return;
    for (const line of latest === undefined ? ['starting the runtime…'] : phasesOf(latest, restartsBefore)) {
      const phase = line.replace(/ \d+ %$/, '');
      if (!said.has(phase)) say(line);
      said.add(phase);
    }
  };
  const callOff = timer(silenceMs, () => {
    isSilent = false;
    tell();
  });
  return {
    heard(status) {
      restartsBefore ??= status.engineRestarts;
      latest = status;
      tell();
    },
    end() {
      callOff();
      isSilent = true;
    },
  };
}

function phasesOf({ models, engineRestarts }: Status, restartsBefore = engineRestarts): string[] {
  const loading = models
    .filter(({ state }) => state === 'loading')
    .map(({ name, progress }) => `loading ${name}…${progress ? ` ${Math.round(100 * progress)} %` : ''}`);
  const restarted = engineRestarts > restartsBefore ? ['the engine ended unexpectedly and was started again'] : [];
  return [...restarted, ...loading];
}

export function systemTimer(ms: number, callback: () => void): () => void {
  const handle = setTimeout(callback, ms);
  return () => clearTimeout(handle);
}
