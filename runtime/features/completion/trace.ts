/** What is told of a completion: its reason, its times, and what its prompt gave up. */
import type { Words } from '../../core/sentence.ts';
import type { TaskError } from '../../core/task.ts';
import type {
  CompletionReason,
  CompletionTraceSaid as CompletionTrace,
  InlineCompletionResultSaid as InlineCompletionResult,
} from '../../protocol.ts';
import type { Answering } from '../notes.ts';
import type { TaskResult } from '../tasks.ts';
import type { Postprocessed } from './filters/postprocess.ts';
import type { ChosenPrompt } from './prompts.ts';

/** Source code, where the tokenizer was not asked. */
const charsPerTokenUsual = 3.5;

export function nothing(punctual: CompletionTrace): InlineCompletionResult {
  return { items: [], punctual };
}

export function traceOf(result: TaskResult, { model, insteadOf }: Answering): CompletionTrace {
  const { ttftMs, e2eMs, promptTokens, reusedTokens, generatedTokens, kept, outcome } = result;
  return {
    ...reasonOf(outcome),
    model,
    ...(insteadOf !== undefined && { insteadOf }),
    e2eMs,
    generatedTokens,
    kept,
    ...(ttftMs !== undefined && { ttftMs }),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(reusedTokens !== undefined && { reusedTokens }),
  };
}

/** What was predicted of the prompt, and what it gave up to be on time; nothing where nothing can be said, and where it was whole. */
export function fittedTrace(
  { prompt, droppedChars, forecastMs, isStale }: ChosenPrompt,
  { promptTokens }: TaskResult,
  targetMs: number,
): Pick<CompletionTrace, 'fitted' | 'forecastMs' | 'stale'> {
  const predicted = {
    ...(forecastMs > 0 && { forecastMs: Math.round(forecastMs) }),
    ...(isStale && { stale: true }),
  };
  if (droppedChars <= 0) return predicted;
  const { prefix, typed = '', suffix, context } = prompt;
  // The tokens of the prompt are those of the context, too.
  const contextChars = context?.pieces.reduce((sum, { comments }) => sum + comments.length, 0) ?? 0;
  const chars = Math.max(1, prefix.length + typed.length + suffix.length + contextChars);
  const charsPerToken = promptTokens === undefined ? charsPerTokenUsual : chars / Math.max(1, promptTokens);
  const droppedTokens = Math.round(droppedChars / charsPerToken);
  return { ...predicted, fitted: { droppedTokens, forecastMs: Math.round(forecastMs), targetMs } };
}

/** Which filters changed the answer, and which of them left nothing. */
export function filteredTrace({ changed, dropped }: Postprocessed): Pick<CompletionTrace, 'filters' | 'droppedBy'> {
  return { ...(changed.length > 0 && { filters: [...changed] }), ...(dropped !== undefined && { droppedBy: dropped }) };
}

function reasonOf(outcome: TaskResult['outcome']): { reason: CompletionReason; message?: Words } {
  switch (outcome.kind) {
    case 'finished':
      return { reason: 'answered' };
    case 'cancelled':
      return { reason: 'cancelled' };
    case 'failed':
      return { reason: reasonOfError[outcome.error.code], message: outcome.error.message };
    default:
      return outcome satisfies never;
  }
}

const reasonOfError: Record<TaskError['code'], CompletionReason> = {
  queueFull: 'rejected',
  badSla: 'rejected',
  promptTooLong: 'failed',
  infillUnsupported: 'modelWithoutInfill',
  chatUnsupported: 'failed',
  modelUnavailable: 'modelUnavailable',
  engineLost: 'failed',
  engineFailed: 'failed',
  shuttingDown: 'failed',
};
