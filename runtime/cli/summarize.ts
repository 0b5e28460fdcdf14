import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { clientSettingsSchema, type SummarizeParams, summarizeMethod, type TextResult } from '../protocol.ts';
import { type Command, CommandError, commonHelp, type Io, UsageError, type Values } from './command.ts';
import { languageHelp, type NamedFile, openFile } from './document.ts';
import { openFolder } from './folder.ts';
import { checkInside, placeOf } from './place.ts';
import { substituteHelp, substituteUsage } from './substitute.ts';
import { runTextCommand, textOptions, workspaceHelp } from './text.ts';

const { summarize: usual } = clientSettingsSchema.parse({});

type Purpose = NonNullable<SummarizeParams['purpose']>;

/** As they are called on the command line. */
const purposes: Readonly<Record<string, Purpose>> = {
  explanation: 'explanation',
  'doc-comment': 'docComment',
  'commit-message': 'commitMessage',
};

export const summarize: Command = {
  name: 'summarize',
  usage: `FILE|- [--folder] [--as PURPOSE] [--line L] [--write] [--language ID] [--target MS] [--workspace DIR] ${substituteUsage} [--model MODEL] [--json]`,
  summary: 'say what a file, a folder, or standard input does',
  options: {
    folder: { type: 'boolean' },
    as: { type: 'string' },
    line: { type: 'string' },
    write: { type: 'boolean' },
    ...textOptions,
  },
  help: {
    folder: 'FILE is a folder: the source files in it are summarized together',
    as: `one of ${Object.keys(purposes).join(', ')} (default: explanation); a commit message is that of a diff, as in: git diff --staged | punctual summarize - --as commit-message`,
    line: 'with doc-comment: the line of what is documented, from 1',
    write: 'with doc-comment: put it into the file',
    ...languageHelp,
    target: `promised time to the end, in ms (default: ${usual.targetMs})`,
    ...workspaceHelp,
    ...substituteHelp,
    ...commonHelp,
  },
  positionals: 1,

  async run([name = ''], values, io) {
    const purpose = purposeOf(values);
    if (purpose === 'docComment') return documented(name, values, io);
    if (values['line'] !== undefined || values['write'] === true)
      throw new UsageError('--line and --write belong to --as doc-comment');
    if (values['folder'] === true) return folder(name, purpose, values, io);
    const opened = await openFile(name, io, values);
    const isDiff = purpose === 'commitMessage' && opened.isLanguageAssumed;
    const file = isDiff ? { ...opened, languageId: 'diff', isLanguageAssumed: false } : opened;
    return runTextCommand({ method: summarizeMethod, file, params: { purpose } }, values, io);
  },
};

/** @throws UsageError */
function purposeOf({ as = 'explanation' }: Values): Purpose {
  const purpose = typeof as === 'string' && Object.hasOwn(purposes, as) ? purposes[as] : undefined;
  if (purpose === undefined) throw new UsageError(`--as is '${as}': give one of ${Object.keys(purposes).join(', ')}`);
  return purpose;
}

async function folder(name: string, purpose: Purpose, values: Values, io: Io): Promise<number> {
  const { files, leftOut } = await openFolder(name, io);
  const [file, ...more] = files;
  if (file === undefined) throw new CommandError(`${name} has no source files: give a folder with code in it.`);
  if (leftOut > 0 && values['json'] !== true)
    io.err(`${leftOut} source ${leftOut === 1 ? 'file is' : 'files are'} left out: too large, too many, or no text\n`);
  const params = { purpose, more: more.map(({ uri }) => ({ uri })) };
  return runTextCommand({ method: summarizeMethod, file, more, params }, values, io);
}

async function documented(name: string, values: Values, io: Io): Promise<number> {
  const isWritten = values['write'] === true;
  if (isWritten && name === '-') throw new UsageError('--write needs a file: standard input cannot be written to');
  const position = placeOf({ ...values, character: '1' });
  const file = await openFile(name, io, values);
  checkInside(file, position);
  const use = async (result: TextResult): Promise<void> => {
    if (isWritten) await writeFile(path.resolve(io.cwd, name), edited(file, result));
  };
  const params = { purpose: 'docComment', range: { start: position, end: position } };
  return runTextCommand({ method: summarizeMethod, file, params, use }, values, io);
}

/** The text with the comment in its place, and with the line ends that it has. @throws CommandError when the runtime tells no place */
export function edited({ name, text }: Pick<NamedFile, 'name' | 'text'>, { edit }: Pick<TextResult, 'edit'>): string {
  if (edit === undefined)
    throw new CommandError(
      `The runtime that is up does not say where the comment belongs in ${name}: run 'punctual stop' first.`,
    );
  const lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  const offsetOf = ({ line, character }: { line: number; character: number }): number =>
    (lineStarts[line] ?? text.length) + character;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const { start, end } = edit.range;
  return text.slice(0, offsetOf(start)) + edit.newText.replaceAll('\n', lineEnd) + text.slice(offsetOf(end));
}
