/** What a command of the command line is. The table in main.ts lists them; one command = one file. */
import type { ParseArgsConfig } from 'node:util';

/** Everything a command needs of the outside, so that tests give their own. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Standard input, read by nobody else. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts on Ctrl+C. */
  readonly signal: AbortSignal;
  /** The size of the terminal that `out` writes to, in cells; undefined when it is none (a file, a pipe). */
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined;
  /** Puts a question on stderr and reads a line; undefined when nobody sits at a terminal. An empty line when it is moot or unanswered. */
  readonly ask: ((question: string, moot: AbortSignal) => Promise<string>) | undefined;
  /** Folder of the bundled programs, with runtime.mjs beside cli.mjs. */
  readonly programs: string;
  /** Folder with the sample, the models and the icon. */
  readonly media: string;
}

export interface Values {
  readonly [option: string]: string | boolean | undefined;
}

export interface Command {
  readonly name: string;
  /** After the name, as in `FILE --line L`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Explains each option, by name. */
  readonly help: Readonly<Record<string, string>>;
  /** Number of positional arguments. What an option is for stands in `help`; a common option that is not explained there is not taken. */
  readonly positionals: number;
  /** Everything after the name goes to the command as it is, options too. */
  readonly takesAll?: boolean;
  /** Resolves to the exit code. */
  run(positionals: readonly string[], values: Values, io: Io): Promise<number>;
}

/** Commands under one name, as in `punctual models list`. */
export interface CommandGroup {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Named with the group's name before their own. */
  readonly commands: readonly Command[];
}

export const exitCodes = { done: 0, failed: 1, badUsage: 2 } as const;

/** The command was called wrongly: exit code 2, with the command's usage. */
export class UsageError extends Error {}

/** The command was called rightly and could not be done: exit code 1. The message is one sentence that says what to do. */
export class CommandError extends Error {
  /** The cause in a word, for `--json`. */
  readonly code: string;

  constructor(message: string, code = 'failed') {
    super(message);
    this.code = code;
  }
}

/** The options of every command that talks to the runtime. */
export const commonOptions = {
  model: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const commonHelp = {
  model: "a model's name, a GGUF file, or 'embedded' for the demonstration model (default: the best one installed)",
  json: 'print one JSON object on stdout',
  help: 'print this',
} as const;
