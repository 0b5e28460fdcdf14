import { clientSettingsSchema, type SummarizeParams, summarizeMethod, type TextResult } from '../protocol.ts';
import { type Command, CommandError, commonHelp, type Io, UsageError, type Values } from './command.ts';
import { languageHelp, type NamedFile, openFile } from './document.ts';
import { writeEdited } from './edit.ts';
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
  hover: 'hover',
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
    line: 'with doc-comment and hover: the line of what is meant, from 1',
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
    if (values['write'] === true) throw new UsageError('--write belongs to --as doc-comment');
    if (purpose === 'hover') return explained(name, values, io);
    if (values['line'] !== undefined) throw new UsageError('--line belongs to --as doc-comment and --as hover');
    if (values['folder'] === true) return folder(name, purpose, values, io);
    const file = await openFile(name, io, values);
    const opened = purpose === 'commitMessage' ? asDiff(file) : file;
    return runTextCommand({ method: summarizeMethod, file: opened, params: { purpose } }, values, io);
  },
};

/** @throws UsageError */
function purposeOf({ as = 'explanation' }: Values): Purpose {
  const purpose = typeof as === 'string' && Object.hasOwn(purposes, as) ? purposes[as] : undefined;
  if (purpose === undefined) throw new UsageError(`--as is '${as}': give one of ${Object.keys(purposes).join(', ')}`);
  return purpose;
}

/** @throws CommandError for what is surely none: a message about it would be made up */
function asDiff(file: NamedFile): NamedFile {
  const isWritten = file.isLanguageAssumed || file.languageId === 'diff';
  if (!isWritten || (file.text.trim() !== '' && !/^(?:diff |Index: |[-+@])/m.test(file.text)))
    throw new CommandError(`${file.name} is no diff: git diff --staged | punctual summarize - --as commit-message`);
  return { ...file, languageId: 'diff', isLanguageAssumed: false };
}

/** @throws UsageError for a commit message, which is about a diff */
async function folder(name: string, purpose: Purpose, values: Values, io: Io): Promise<number> {
  if (purpose === 'commitMessage') throw new UsageError('--folder and --as commit-message exclude each other');
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
  const { file, range } = await lineOf(name, values, io);
  const use = async (result: TextResult): Promise<void> => {
    if (isWritten) await writeEdited(file, result, io);
  };
  const params = { purpose: 'docComment', range };
  return runTextCommand({ method: summarizeMethod, file, params, use }, values, io);
}

async function explained(name: string, values: Values, io: Io): Promise<number> {
  const { file, range } = await lineOf(name, values, io);
  return runTextCommand({ method: summarizeMethod, file, params: { purpose: 'hover', range } }, values, io);
}

/** An empty range behind the line's indentation: what is declared there is meant. @throws UsageError, CommandError */
async function lineOf(name: string, values: Values, io: Io) {
  if (values['folder'] === true) throw new UsageError('--folder and --line exclude each other');
  const start = placeOf({ ...values, character: '1' });
  const file = await openFile(name, io, values);
  checkInside(file, start);
  const indentation = /^[ \t]*/.exec(file.text.split(/\r\n|\n|\r/)[start.line] ?? '')?.[0] ?? '';
  const place = { ...start, character: indentation.length };
  return { file, range: { start: place, end: place } };
}
