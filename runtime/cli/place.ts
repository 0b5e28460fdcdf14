/** A place in a file, as people count: from 1. */
import { CommandError, UsageError, type Values } from './command.ts';
import type { NamedFile } from './document.ts';

interface Place {
  /** From 0, as the protocol counts. */
  readonly line: number;
  /** In UTF-16 units, from 0. */
  readonly character: number;
}

const counted = "counted from 1 as in the editor's status bar";

/** @throws UsageError unless both options are whole numbers of at least 1. */
export function placeOf(values: Values): Place {
  return { line: positiveInteger(values, 'line') - 1, character: positiveInteger(values, 'character') - 1 };
}

function positiveInteger(values: Values, option: 'line' | 'character'): number {
  const text = values[option];
  const what = option === 'line' ? 'a line is a whole number' : 'a column is a whole number';
  if (typeof text !== 'string') throw new UsageError(`--${option} is missing: ${what}, ${counted}`);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--${option} is '${text}': ${what}, ${counted}`);
  return Number(text);
}

/** @throws CommandError with the number of lines, or of characters of the line, for a place outside of the file. */
export function checkInside({ name, text }: NamedFile, { line, character }: Place): void {
  const lines = text.split(/\r\n|\n|\r/);
  const found = lines[line];
  if (found === undefined)
    throw new CommandError(
      `${name} has ${many(lines.length, 'line')}: there is no line ${line + 1}.`,
      'positionOutside',
    );
  if (character > found.length) {
    const message = `Line ${line + 1} has ${many(found.length, 'character')}: give --character 1 to ${found.length + 1}.`;
    throw new CommandError(message, 'positionOutside');
  }
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
