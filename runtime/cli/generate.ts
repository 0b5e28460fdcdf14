/** `punctual generate`: code that is asked for in a sentence, for a place in a file. Prints it; the file is changed only on request. */
import {
  clientSettingsSchema,
  generateMethod,
  instructionCharsMax,
  type TextResult,
  textResultSchema,
} from '../protocol.ts';
import { type Command, commonHelp, exitCodes, type Io, UsageError, type Values } from './command.ts';
import { languageHelp, languageOption, type NamedFile, openFile } from './document.ts';
import { writeEdited } from './edit.ts';
import { checkInside, placeOf } from './place.ts';
import { withWaiting } from './session-waiting.ts';
import { targetMsOf, targetOption } from './target.ts';
import { workspaceHelp, workspaceOf } from './text.ts';

const { generate: usual } = clientSettingsSchema.parse({});

export const generate: Command = {
  name: 'generate',
  usage:
    'FILE|- --line L --instruction TEXT [--character C | --to L] [--write] [--language ID] [--target MS] [--workspace DIR] [--model MODEL] [--json]',
  summary: 'write code that is asked for in a sentence, for a place in a file',
  options: {
    line: { type: 'string' },
    character: { type: 'string' },
    to: { type: 'string' },
    instruction: { type: 'string' },
    write: { type: 'boolean' },
    workspace: { type: 'string' },
    ...{ ...languageOption, ...targetOption },
  },
  help: {
    line: 'the line of the new code, from 1; behind what stands there',
    character: 'the column in that line, from 1',
    to: 'what stands from --line to the end of this line is replaced',
    instruction: 'what the code is to do',
    write: 'put it into the file',
    ...languageHelp,
    target: `promised time to the first token, in ms (default: ${usual.targetMs})`,
    ...workspaceHelp,
    ...commonHelp,
  },
  positionals: 1,

  async run([name = ''], values, io) {
    const instruction = instructionOf(values);
    const isWritten = values['write'] === true;
    if (isWritten && name === '-') throw new UsageError('--write needs a file: standard input cannot be written to');
    const targetMs = targetMsOf(values);
    placeOf({ ...values, character: '1' });
    const file = await openFile(name, io, values);
    const workspace = await workspaceOf(values, io);
    const params = {
      textDocument: { uri: file.uri },
      ...{ range: rangeOf(values, file), instruction },
      ...(targetMs !== undefined && { targetMs }),
      ...(workspace !== undefined && { workspace }),
    };
    const result = await withWaiting(io, values, {}, async (session) => {
      session.open(file);
      return session.request(generateMethod, params, textResultSchema, io.signal);
    });
    if (isWritten) await writeEdited(file, result, io);
    show(result, file, values, io);
    return exitCodes.done;
  },
};

/** @throws UsageError */
function instructionOf({ instruction }: Values): string {
  if (typeof instruction !== 'string' || instruction.trim() === '')
    throw new UsageError('--instruction is missing: say in a sentence what the code is to do');
  if (instruction.length > instructionCharsMax)
    throw new UsageError(
      `--instruction has ${instruction.length} characters: say it in ${instructionCharsMax}, a sentence is enough`,
    );
  return instruction;
}

/** @throws UsageError for what is no place, CommandError for one outside of the file */
function rangeOf(values: Values, file: NamedFile) {
  const { character, to } = values;
  if (character !== undefined && to !== undefined)
    throw new UsageError('--character and --to exclude each other: whole lines are replaced');
  const start = placeOf({ ...values, character: character ?? '1' });
  checkInside(file, start);
  if (character !== undefined) return { start, end: start };
  const lines = file.text.split(/\r\n|\n|\r/);
  const lengthOf = (line: number): number => lines[line]?.length ?? 0;
  if (to === undefined) {
    const end = { ...start, character: lengthOf(start.line) };
    return { start: end, end };
  }
  if (typeof to !== 'string' || !/^[1-9]\d{0,8}$/.test(to) || Number(to) <= start.line)
    throw new UsageError(`--to is '${to}': give a line from --line (${start.line + 1}) on`);
  const last = { line: Number(to) - 1, character: 0 };
  checkInside(file, last);
  return { start, end: { ...last, character: lengthOf(last.line) } };
}

function show(result: TextResult, { languageId }: NamedFile, values: Values, io: Io): void {
  if (values['json'] === true) {
    io.out(`${JSON.stringify({ ...result, language: languageId })}\n`);
    return;
  }
  io.out(`${result.text.replace(/^\n+|\s+$/g, '')}\n`);
  for (const note of result.notes ?? []) io.err(`${note}\n`);
  io.err(`${timing(result)}\n`);
}

function timing({ model, ttftMs, targetMs, kept, end }: TextResult): string {
  const broken = kept ? '' : ' (promise broken)';
  const parts = [`${model}: first token after ${Math.round(ttftMs)} ms, promised ${Math.round(targetMs)} ms${broken}`];
  if (end === 'repetition') parts.push('stopped, as the model began to repeat itself');
  if (end === 'length') parts.push('cut off at the length limit');
  return parts.join('; ');
}
