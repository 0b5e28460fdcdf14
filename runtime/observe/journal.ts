/**
 * The runtime's own log: entries with a time, a level and an area, as lines of JSON in a file and as lines for people on stderr. Decides
 * nothing and never throws: a log that cannot be written loses entries, and the runtime goes on.
 */
import type { LogArea, LogEntry, LogLevel } from '../protocol.ts';

/** What those who log are given. @param level in place of the area's usual one. */
export type Log = (message: string, level?: LogLevel, fields?: LogEntry['fields']) => void;

export interface JournalOptions {
  /** In ms since 1970. */
  readonly epochMs: () => number;
  /** Takes a line for people, with its line end. */
  readonly show: (line: string) => void;
}

/** Longer ones, such as what a library says of itself, are cut. */
const messageCharsMax = 4_096;
/**
 * Of what is shown, in characters: in the background it goes to a file that only the next start makes smaller, and what matters there is
 * how the runtime began and what Node says when it dies.
 */
const shownCharsMax = 1024 * 1024;

export class Journal {
  readonly #options: JournalOptions;
  #keep: ((line: string) => void) | undefined;
  #shownChars = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** From now on every entry goes there too, as a line of JSON. */
  keep(write: (line: string) => void): void {
    this.#keep = write;
  }

  /** @param usual the level of entries that name none. */
  area(area: LogArea, usual: LogLevel = 'info'): Log {
    return (message, level = usual, fields) => this.#enter(area, message, level, fields);
  }

  #enter(area: LogArea, text: string, level: LogLevel, fields: LogEntry['fields']): void {
    const time = new Date(this.#options.epochMs()).toISOString();
    const message = text.length > messageCharsMax ? `${text.slice(0, messageCharsMax)} …` : text;
    const entry: LogEntry = { time, level, area, message, ...(fields && { fields }) };
    this.#keep?.(`${JSON.stringify(entry)}\n`);
    this.#show(`${time} ${message}\n`);
  }

  #show(line: string): void {
    const { show } = this.#options;
    const before = this.#shownChars;
    this.#shownChars += line.length;
    if (this.#shownChars <= shownCharsMax || this.#keep === undefined) show(line);
    else if (before <= shownCharsMax)
      show("This log is full; what comes now is in logs/ beside it ('punctual logs').\n");
  }
}
