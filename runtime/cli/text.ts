/** What `summarize` and `translate` share: a streamed answer, and how it kept its promise. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type TextResult, textResultSchema } from '../protocol.ts';
import { exitCodes, type Io, UsageError, type Values } from './command.ts';
import { languageOption, type NamedFile } from './document.ts';
import type { AnswerPart } from './session.ts';
import { withWaiting } from './session-waiting.ts';
import { consentOf, substituteOption } from './substitute.ts';
import { targetMsOf, targetOption } from './target.ts';

export const textOptions = {
  ...{ ...targetOption, ...languageOption, ...substituteOption },
  workspace: { type: 'string' },
} as const;
export const workspaceHelp = {
  workspace: 'a folder that you trust: prompts in its .punctual/prompts are used',
} as const;

/** As an absolute path. @throws UsageError when it is no folder */
export async function workspaceOf({ workspace }: Values, io: Io): Promise<string | undefined> {
  if (typeof workspace !== 'string') return undefined;
  const folder = path.resolve(io.cwd, workspace);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`--workspace is '${workspace}': give a folder that there is`);
  return folder;
}

export interface TextCommand {
  readonly method: string;
  readonly file: NamedFile;
  /** Open beside it. */
  readonly more?: readonly NamedFile[];
  /** Of the request, beside what all have. */
  readonly params?: object;
  /** What is done with the answer, beside that it is printed. */
  readonly use?: (result: TextResult) => Promise<void>;
}

/** Streams to stdout as the text comes, and says on stderr how it went; with `--json` the result alone says it all. */
export async function runTextCommand(command: TextCommand, values: Values, io: Io): Promise<number> {
  const { method, file, more = [], params: extra = {}, use } = command;
  const targetMs = targetMsOf(values);
  const isJson = values['json'] === true;
  const consent = consentOf(values, io);
  if (file.isLanguageAssumed && !isJson)
    io.err(`${file.name} is taken as ${file.languageId}: --language ID says what it is written in\n`);
  const workspace = await workspaceOf(values, io);
  const params = {
    textDocument: { uri: file.uri },
    ...(targetMs !== undefined && { targetMs }),
    ...(workspace !== undefined && { workspace }),
    ...extra,
  };
  let isLineOpen = false;
  const result = await withWaiting(io, values, consent.settings, async (session, onAnswer) => {
    consent.listen(session, onAnswer);
    for (const each of [file, ...more]) session.open(each);
    const onPart = ({ text, note }: AnswerPart): void => {
      if (note !== undefined && !isJson) io.err(`${isLineOpen && io.terminal ? '\n' : ''}${note}\n`);
      if (text === '') return;
      onAnswer();
      if (isJson) return;
      io.out(text);
      isLineOpen = !text.endsWith('\n');
    };
    return session.stream(method, params, textResultSchema, onPart);
  }).catch((error: unknown) => {
    // What is said of it on a terminal begins a line of its own.
    if (isLineOpen && io.terminal) io.out('\n');
    throw error;
  });
  await use?.(result);
  if (isJson) {
    io.out(`${JSON.stringify({ ...result, language: file.languageId })}\n`);
  } else {
    io.out(result.text.endsWith('\n') ? '' : '\n');
    io.err(`${describe(result)}\n`);
  }
  return exitCodes.done;
}

/** What is in `notes` has been said when it was so. */
function describe({ model, insteadOf, e2eMs, targetMs, kept, relegated, end, truncated }: TextResult): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const promised = (ms: number): string => (ms < 100 ? `${ms} ms` : seconds(ms));
  const answered = insteadOf === undefined ? model : `answered by ${model} instead of ${insteadOf}`;
  const broken = relegated ? ' (late, gave way to others)' : ' (promise broken)';
  const parts = [`${answered}: ${seconds(e2eMs)}, promised ${promised(targetMs)}${kept ? '' : broken}`];
  if (truncated)
    parts.push(`only the first ${truncated.lines} of ${truncated.of} lines fitted into the model's context`);
  if (end === 'repetition') parts.push('stopped, as the model began to repeat itself');
  if (end === 'length') parts.push('cut off at the length limit');
  return parts.join('; ');
}
