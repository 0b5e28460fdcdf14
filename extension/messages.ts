/** What a command says when it ends, well or badly: one sentence each. Pure, without vscode. */
import { errorCodes, replacedCode, type TextResult } from '../runtime/protocol.ts';
import { formatDuration } from './format.ts';
import { l10n } from './l10n.ts';

/** An error that is already a sentence for the user, with what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** `done` is a past participle: `Translated to Rust in 3.1 s, promised 20 s; demonstration model.` */
export function endSentence(done: string, result: TextResult): string {
  if (result.sla === 'ttft') return firstTokenSentence(done, result);
  const [took, promised, model] = [formatDuration(result.e2eMs), formatDuration(result.targetMs), modelOf(result)];
  const late = formatDuration(Math.max(0, result.e2eMs - result.targetMs));
  const sentence = result.kept
    ? l10n.t('{0} in {1}, promised {2}; {3}.', done, took, promised, model)
    : l10n.t('{0} in {1}, {2} later than the promised {3}; {4}.', done, took, late, promised, model);
  return [sentence, ...shortcomings(result)].join(' ');
}

/** `Generated, first token after 310 ms, promised 2 s; demonstration model.` */
function firstTokenSentence(done: string, result: TextResult): string {
  const [first, promised] = [formatDuration(result.ttftMs), formatDuration(result.targetMs)];
  const sentence = l10n.t('{0}, first token after {1}, promised {2}; {3}.', done, first, promised, modelOf(result));
  return [sentence, ...shortcomings(result)].join(' ');
}

function modelOf({ demo, model }: TextResult): string {
  return demo ? l10n.t('demonstration model') : model;
}

/** Why the answer may not be the whole answer, or not that of the model that was chosen. */
function shortcomings(result: TextResult): string[] {
  const notes: string[] = [];
  if (result.insteadOf !== undefined) {
    notes.push(l10n.t('This model answered instead of {0}, which would have come too late.', result.insteadOf));
  }
  if (result.relegated && !result.kept) notes.push(l10n.t('It gave way to other tasks once it could not be on time.'));
  if (result.truncated !== undefined) {
    const { lines, of } = result.truncated;
    notes.push(l10n.t("Only the first {0} of {1} lines fitted into the model's context.", lines, of));
  }
  switch (result.end) {
    case 'stop':
      break;
    case 'length':
      notes.push(l10n.t('It was cut at the token limit of the settings.'));
      break;
    case 'repetition':
      notes.push(l10n.t('It was ended because the model repeated itself.'));
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
    return l10n.t('The runtime ended before it could answer; it is being started again, so run the command once more.');
  }
  const text = firstLine(error instanceof Error ? error.message : String(error));
  if (isForeseen(error) && text !== '') return text;
  return l10n.t('This failed inside Punctual ({0}): see Punctual: Show Log.', text || l10n.t('no reason given'));
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
