/** What a command says when it ends, well or badly: one sentence each. Pure, without vscode. */
import { errorCodes, replacedCode, type TextResult } from '../runtime/protocol.ts';
import { formatDuration } from './format.ts';

/** An error that is already a sentence for the user, with what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** `done` is a past participle: `Translated to Rust in 3.1 s, promised 20 s; demonstration model.` */
export function endSentence(done: string, result: TextResult): string {
  if (result.sla === 'ttft') return firstTokenSentence(done, result);
  const promise = result.kept
    ? `promised ${formatDuration(result.targetMs)}`
    : `${formatDuration(Math.max(0, result.e2eMs - result.targetMs))} later than the promised ${formatDuration(result.targetMs)}`;
  return [`${done} in ${formatDuration(result.e2eMs)}, ${promise}; ${modelOf(result)}.`, ...shortcomings(result)].join(
    ' ',
  );
}

/** `Generated, first token after 310 ms, promised 2 s; demonstration model.` */
function firstTokenSentence(done: string, result: TextResult): string {
  const promise = `first token after ${formatDuration(result.ttftMs)}, promised ${formatDuration(result.targetMs)}`;
  return [`${done}, ${promise}; ${modelOf(result)}.`, ...shortcomings(result)].join(' ');
}

function modelOf({ demo, model }: TextResult): string {
  return demo ? 'demonstration model' : model;
}

/** Why the answer may not be the whole answer, or not that of the model that was chosen. */
function shortcomings(result: TextResult): string[] {
  const notes: string[] = [];
  if (result.insteadOf !== undefined) {
    notes.push(`This model answered instead of ${result.insteadOf}, which would have come too late.`);
  }
  if (result.relegated && !result.kept) notes.push('It gave way to other tasks once it could not be on time.');
  if (result.truncated !== undefined) {
    notes.push(
      `Only the first ${result.truncated.lines} of ${result.truncated.of} lines fitted into the model's context.`,
    );
  }
  switch (result.end) {
    case 'stop':
      break;
    case 'length':
      notes.push('It was cut at the token limit of the settings.');
      break;
    case 'repetition':
      notes.push('It was ended because the model repeated itself.');
      break;
    default:
      result.end satisfies never;
  }
  return notes;
}

/** JSON-RPC and LSP codes by which a request is told that nobody waits for it. */
const cancelledCodes: readonly number[] = [-32_800, -32_801, -32_802];
/** The connection closed before, or while, the request was under way (vscode-jsonrpc's codes). */
const connectionLostCodes: readonly number[] = [-32_096, -32_097, -32_099];
const ownCodes: readonly number[] = Object.values(errorCodes);

export function isCancellation(error: unknown): boolean {
  return cancelledCodes.includes(codeOf(error) ?? 0);
}

/** Whether the runtime left, or was leaving, while a request was under way. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return code === errorCodes.shuttingDown || (code !== undefined && connectionLostCodes.includes(code));
}

/** Whether the sentence says all there is to know, so that a stack trace would only frighten. */
export function isForeseen(error: unknown): boolean {
  return error instanceof UserError || isConnectionLost(error) || ownCodes.includes(codeOf(error) ?? 0);
}

/** Whether a hub refused a download, so that an access token, or another one, may help. */
export function isNotAllowed(error: unknown): boolean {
  return causeOf(error) === 'not-allowed';
}

/** Whether a download brought another file than the first time, so that the user must say which one to trust. */
export function isReplaced(error: unknown): boolean {
  return causeOf(error) === replacedCode;
}

/** One sentence for a message box: the runtime's own where it has one. Stack traces stay in the log. */
export function failureSentence(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (isConnectionLost(error)) {
    return 'The runtime ended before it could answer; it is being started again, so run the command once more.';
  }
  const text = firstLine(error instanceof Error ? error.message : String(error));
  if (isForeseen(error) && text !== '') return text;
  return `This failed inside Punctual (${text || 'no reason given'}): see Punctual: Show Log.`;
}

/** What the runtime says beside its sentence, for programs. */
function causeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined;
  const { data } = error;
  return typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined;
}

function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]?.trim() ?? '';
}
