/** An answer that goes into the file it was asked for: at its place, with the line ends and the byte order mark that the file has. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TextResult } from '../protocol.ts';
import { CommandError, type Io } from './command.ts';
import type { NamedFile } from './document.ts';

const byteOrderMark = '\uFEFF';

/** @throws CommandError when it is not the file any more that was read, or when the runtime tells no place */
export async function writeEdited(file: NamedFile, result: TextResult, io: Io): Promise<void> {
  const place = path.resolve(io.cwd, file.name);
  const now = await readFile(place, 'utf8').catch(() => undefined);
  const mark = now?.startsWith(byteOrderMark) ? byteOrderMark : '';
  // Without its mark, as it was read.
  if (now?.slice(mark.length) !== file.text)
    throw new CommandError(`${file.name} has changed meanwhile, so nothing was written: run the command again.`);
  await writeFile(place, mark + edited(file, result));
}

/** @throws CommandError when the runtime tells no place */
export function edited({ name, text }: Pick<NamedFile, 'name' | 'text'>, { edit }: Pick<TextResult, 'edit'>): string {
  if (edit === undefined)
    throw new CommandError(
      `The runtime that is up does not say where its answer belongs in ${name}: run 'punctual stop' first.`,
    );
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  const offsetOf = ({ line, character }: { line: number; character: number }): number =>
    (lineStarts[line] ?? text.length) + character;
  const [lineEnd = '\n'] = /\r\n|\n|\r/.exec(text) ?? [];
  const { start, end } = edit.range;
  return text.slice(0, offsetOf(start)) + edit.newText.replaceAll('\n', lineEnd) + text.slice(offsetOf(end));
}
