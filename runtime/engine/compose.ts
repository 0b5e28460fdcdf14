/**
 * From a plan to the pass that a device runs: which tokens of which slot, and what is guessed after them.
 */
import type { SequenceView, StepPlan, StepView } from '../core/step.ts';
import type { TaskId } from '../core/task.ts';
import type { Pass, PassItem } from './pass.ts';
import { type MachineModel, type Sequence, slotOf, tokensLeft, unevaluatedTokens } from './sequence.ts';
import type { Speculation } from './speculation.ts';

/** Of one model: what a pass is made from. */
interface Parts {
  readonly model: MachineModel;
  readonly running: ReadonlyMap<TaskId, Sequence>;
  readonly speculation: Speculation | undefined;
}

/** @param sequences all running sequences, of other models too: a longer pass must not make them late. */
export function compose(parts: Parts, plan: StepPlan, view: StepView, sequences: readonly SequenceView[]): Pass {
  const ids = plan.kind === 'prefill' ? [plan.id] : plan.ids;
  const draft = draftFor(parts, plan, view, sequences);
  const items = ids.map((id): PassItem => {
    const sequence = parts.running.get(id);
    if (sequence === undefined) throw new Error(`The plan names ${id}, which does not run.`);
    const slot = slotOf(sequence);
    const tokens = unevaluatedTokens(sequence, plan.kind === 'prefill' ? plan.tokens : 1);
    const sample = tokens.length === tokensLeft(sequence) && sequence.maxTokens > 0;
    const moves = sequence.grant?.moves;
    const { owed: begin } = sequence.answer;
    const item = { id, slot: slot.index, keep: slot.kvTokens.length, tokens, sample };
    const how = { ...(draft.length > 0 && { draft }), ...(sample && begin !== '' && { begin }) };
    // Only completions are judged by it.
    const told = sample && sequence.request.class === 'completion' && ({ tellsProbability: true } as const);
    return { ...item, ...how, ...told, ...(moves && { moves }) };
  });
  return { model: parts.model.id, kind: plan.kind, items };
}

/** Only a pass that advances one sequence is made longer: with more of them, the batch is what fills it. */
function draftFor(
  { speculation, running }: Parts,
  plan: StepPlan,
  view: StepView,
  sequences: readonly SequenceView[],
): readonly number[] {
  const [only, second] = plan.kind === 'decode' ? plan.ids : [];
  const sequence = only === undefined || second !== undefined ? undefined : running.get(only);
  // Where a token has to begin with a certain text, the guess has not been asked whether it does.
  if (sequence === undefined || sequence.answer.owed !== '') return [];
  return speculation?.draft(sequence, view, sequences) ?? [];
}
