/** Reads a log: unpacked, each line checked, with a sentence for what is wrong with it. */
import { constants, gunzipSync } from 'node:zlib';
import { ZodError } from 'zod';
import {
  endSchema,
  headerSchema,
  type LogEnd,
  logVersion,
  parseText,
  parseTurn,
  type ReadHeader,
  type ReadTurn,
} from './format.ts';
import type { LoggedText } from './texts.ts';

/** The file is no log, or not a whole one. The message is one sentence. */
export class LogError extends Error {}

export interface Log {
  readonly header: ReadHeader;
  readonly turns: readonly ReadTurn[];
  /** What prompts and answers said, where that was asked for. */
  readonly texts: readonly LoggedText[];
  readonly end: LogEnd['end'];
}

/** Of what is packed; a file that says it is larger than this is none of ours. */
const textBytesMax = 480 * 1024 * 1024;

/** @throws LogError */
export function readLog(bytes: Uint8Array): Log {
  const lines = unpacked(bytes).split('\n');
  const header = headerOf(lines[0] ?? '');
  // A whole log ends with a line end.
  if (lines.pop() !== '') throw new LogError(`The log ends in the middle of its line ${lines.length + 1}.`);
  const end = endSchema.safeParse(jsonOf(lines.at(-1) ?? ''));
  if (!end.success || lines.length < 2)
    throw new LogError(
      `The log is cut off after line ${lines.length}: its last line, which says that it is whole, is missing.`,
    );
  const { events, text } = end.data.end;
  const textLines = text?.lines ?? 0;
  const body = lines.slice(1, -1);
  if (body.length !== events + textLines)
    throw new LogError(
      `The log should have ${events} events and has ${Math.max(0, body.length - textLines)} beside ${textLines} lines of text: lines are missing.`,
    );
  return {
    header,
    turns: body.slice(0, events).map((line, index) => checkedLine(line, index + 2, parseTurn)),
    texts: body.slice(events).map((line, index) => checkedLine(line, events + index + 2, parseText)),
    end: end.data.end,
  };
}

/** Whether a file is a log of ours, be it whole or not, of this version or another. @param head its first bytes, with the whole first line. */
export function beginsLog(head: Uint8Array): boolean {
  try {
    const text = isPacked(head) ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : Buffer.from(head);
    return isOurs(jsonOf(text.toString('utf8').split('\n')[0] ?? ''));
  } catch {
    return false;
  }
}

function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function isOurs(header: unknown): header is { readonly format: 'punctual-log' } {
  return typeof header === 'object' && header !== null && 'format' in header && header.format === 'punctual-log';
}

function unpacked(bytes: Uint8Array): string {
  if (!isPacked(bytes)) return Buffer.from(bytes).toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: textBytesMax }).toString('utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LogError(`The log cannot be unpacked, it is cut off or damaged (${reason}).`);
  }
}

function headerOf(line: string): ReadHeader {
  const json = jsonOf(line);
  const header = headerSchema.safeParse(json);
  if (!isOurs(json)) throw new LogError('This is no log of Punctual: its first line does not say so.');
  if ('version' in json && typeof json.version === 'number' && json.version > logVersion)
    throw new LogError(
      `The log was written by a newer Punctual (its format is ${json.version}, this one reads up to ${logVersion}): take that one.`,
    );
  if (!header.success) throw new LogError(`The first line of the log is damaged: ${issueOf(header.error)}.`);
  return header.data;
}

function checkedLine<T>(line: string, number: number, parse: (json: unknown) => T): T {
  const json = jsonOf(line);
  if (json === undefined) throw new LogError(`Line ${number} of the log is damaged: it is no JSON.`);
  try {
    return parse(json);
  } catch (error) {
    if (error instanceof ZodError) throw new LogError(`Line ${number} of the log is damaged: ${issueOf(error)}.`);
    if (error instanceof RangeError) throw new LogError(`Line ${number} of the log is damaged: ${error.message}.`);
    throw error;
  }
}

/** Undefined when it is none. */
function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function issueOf({ issues: [issue] }: ZodError): string {
  return issue === undefined ? 'a member is wrong' : `${issue.path.join('.')}: ${issue.message}`;
}
