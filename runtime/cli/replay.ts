/** `punctual replay`: a recorded log, played again by the scheduler of this version: it decides the same, or here is the first difference. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { printable } from '../log/format.ts';
import { type Log, LogError, readLog } from '../log/read.ts';
import { type TaskText, textsOf } from '../log/read-texts.ts';
import { type Difference, type Replay, replay as replayLog } from '../log/replay.ts';
import { type Command, CommandError, commonHelp, exitCodes } from './command.ts';
import { versionOf } from './version.ts';

const { json, help } = commonHelp;

export const replay: Command = {
  name: 'replay',
  usage: 'LOG [--text] [--json]',
  summary: "play a log of 'punctual record' again and compare every decision",
  options: { text: { type: 'boolean' } },
  help: { text: 'then print what each task was given and answered, as JSON, where the log has it', json, help },
  positionals: 1,

  async run([name = ''], values, io) {
    const file = path.resolve(io.cwd, name);
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new CommandError(`${file} ${whyUnread(error)}: give a file that 'punctual record' wrote.`, 'cannotRead');
    });
    const isTextWanted = values['text'] === true;
    const { log, found, texts } = played(bytes, isTextWanted);
    const { punctual } = log.header;
    const { cutMs, text } = log.end;
    const isIdentical = found.difference === undefined;
    if (values['json']) {
      io.out(`${whole({ identical: isIdentical, punctual, cutMs, text, ...found, ...(isTextWanted && { texts }) })}\n`);
    } else {
      io.out(textOf(found, log, versionOf(io)));
      // One by one: prompts that share most of their text in the log are each whole here, more than one string may hold.
      for (const each of texts) io.out(`${asJson(each)}\n`);
    }
    return isIdentical ? exitCodes.done : exitCodes.failed;
  },
};

/** @throws CommandError where it is longer than a string may be. */
function whole(value: object): string {
  try {
    return asJson(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(
      'The texts of this log are too long for one piece of JSON: leave --json away, and each is printed by itself.',
      'tooLong',
    );
  }
}

/** Nothing in it is a command to a terminal, nor turns the order of its letters: JSON leaves the later control characters as they are. */
function asJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function whyUnread(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EISDIR':
      return 'is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by you';
    default:
      return `cannot be read (${code ?? message})`;
  }
}

/** @throws CommandError with the sentence of what is wrong with the log. */
function played(
  bytes: Uint8Array,
  isTextWanted: boolean,
): {
  readonly log: Log;
  readonly found: Replay;
  readonly texts: readonly TaskText[];
} {
  try {
    const log = readLog(bytes);
    return { log, found: replayLog(log), texts: isTextWanted ? textsOf(log) : [] };
  } catch (error) {
    if (error instanceof LogError) throw new CommandError(error.message, 'badLog');
    throw error;
  }
}

export function textOf(found: Replay, { header, end }: Log, version: string): string {
  const { events, decisions, spanMs, difference } = found;
  const counted = `${events.toLocaleString('en')} events, ${decisions.toLocaleString('en')} decisions, ${spanWords(spanMs)}`;
  const cut = end.cutMs === undefined ? '' : 'The recording ended there: it was full, or could not be packed.\n';
  const text =
    end.text === undefined
      ? ''
      : `It has the text of what models were given and answered since minute ${Math.floor(end.text.sinceMs / 60_000)} of the runtime ('--text' prints it): show it only to whom you would show the code.\n`;
  if (difference === undefined) return `${counted}: identical.\n${cut}${text}`;
  const other =
    header.punctual === version
      ? ''
      : `The log is of Punctual ${printable(header.punctual)}, this is ${version}: it may well decide otherwise.\n`;
  return `${counted}, then a difference.\n${differenceText(difference)}${other}${text}`;
}

function differenceText({ line, atMs, event, recorded, replayed }: Difference): string {
  const lines = [
    `Line ${line}, ${(atMs / 1_000).toFixed(3)} s after the runtime's start: ${asJson(event)}`,
    ...sideLines('recorded', recorded, replayed),
    ...sideLines('replayed', replayed, recorded),
  ];
  return `${lines.join('\n')}\n`;
}

/** What one side decided; a star stands where the other side did not. */
function sideLines(name: string, effects: readonly object[], others: readonly object[]): string[] {
  const known = new Set(others.map(asJson));
  const lines = effects.map(asJson).map((text) => `  ${known.has(text) ? ' ' : '*'} ${text}`);
  return [`${name}:`, ...(lines.length === 0 ? ['    nothing'] : lines)];
}

function spanWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return `${(ms / 1_000).toFixed(1)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
