/** `punctual record`: what the scheduler heard and decided since the runtime began, as a file that `punctual replay` plays again. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beginsLog, LogError, readLog } from '../log/read.ts';
import { type LogResult, logMethod, logResultSchema } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes } from './command.ts';
import { withRunning } from './session.ts';

const { json, help } = commonHelp;

export const record: Command = {
  name: 'record',
  usage: 'FILE [--with-text] [--force] [--json]',
  summary: 'write down what the scheduler heard and decided so far, without any text of yours unless you ask for it',
  options: { 'with-text': { type: 'boolean' }, force: { type: 'boolean' } },
  help: {
    'with-text':
      'also what models were given of your code and what they answered: the first time, the runtime begins to keep it, until it ends',
    force: 'write over a file that is no such log',
    json,
    help,
  },
  positionals: 1,

  async run([name = ''], values, io) {
    const file = path.resolve(io.cwd, name);
    if (values['force'] !== true && (await isAnothers(file)))
      throw new CommandError(`${file} exists and is no log of Punctual: give another name, or --force.`, 'exists');
    const text = values['with-text'] === true;
    const result = await withRunning(io, (session) => session.request(logMethod, { text }, logResultSchema));
    if (result === undefined)
      throw new CommandError('No runtime is running, so there is nothing to write down.', 'runtimeUnavailable');
    const log = Buffer.from(result.log, 'base64');
    const { end, header } = readOwn(log);
    if (text && end.text === undefined)
      throw new CommandError("The runtime that runs keeps no text: run 'punctual stop', then ask again.", 'noText');
    await writeWhole(file, log);
    const told = { file, bytes: log.length, ...end, text: result.text, punctual: header.punctual };
    io.out(values['json'] ? `${JSON.stringify(told)}\n` : tellOf(told));
    return exitCodes.done;
  },
};

/** Longer than the first line of any log. */
const headBytes = 64 * 1024;

/** Whether something would be lost that is no log of ours. A folder cannot be written over anyway. */
async function isAnothers(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined || stats.isDirectory()) return false;
  if (!stats.isFile()) return true;
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return true;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes);
    return bytesRead > 0 && !beginsLog(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** What cannot be read here could be read nowhere. */
function readOwn(log: Uint8Array): ReturnType<typeof readLog> {
  try {
    return readLog(log);
  } catch (error) {
    if (error instanceof LogError) throw new CommandError(`The runtime's log is of no use: ${error.message}`, 'badLog');
    throw error;
  }
}

/** For its owner alone, and whole or not at all. */
async function writeWhole(file: string, log: Uint8Array): Promise<void> {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    await writeFile(draft, log, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new CommandError(`${file} cannot be written: ${whyNot(error)}.`, 'cannotWrite');
  }
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'its folder does not exist';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'you may not write there';
    case 'ENOSPC':
      return 'no space is left there';
    default:
      return code ?? message;
  }
}

interface Told {
  readonly file: string;
  readonly bytes: number;
  readonly events: number;
  readonly effects: number;
  readonly text: LogResult['text'];
  readonly cutMs?: number | undefined;
}

function tellOf({ file, bytes, events, effects, text, cutMs }: Told): string {
  const size = `${Math.ceil(bytes / 1e3).toLocaleString('en')} kB`;
  const what = `${events.toLocaleString('en')} events and ${effects.toLocaleString('en')} decisions (${size}) to ${file}`;
  const cut =
    cutMs === undefined
      ? ''
      : `The recording ended ${Math.round(cutMs / 60_000)} minutes after the runtime's start, as it was full or could not be packed: what came later is not in it ('punctual stop' begins another).\n`;
  return `Wrote ${what}; ${textWords(text)}\n${cut}'punctual replay ${file}' plays it again.\n`;
}

function textWords(text: LogResult['text']): string {
  if (text === undefined) return 'no text of yours is in it.';
  if (text.isNew)
    return "no text of yours is in it yet.\nFrom now on the text of your code is kept in the runtime's memory, until it ends: let it happen again, then record once more.";
  return `in it is the text of your code, as models were given it since minute ${Math.floor(text.sinceMs / 60_000)} of the runtime, and their answers, without addresses of documents, and without paths of models and your home folder where they stand whole: show it only to whom you would show the code.`;
}
