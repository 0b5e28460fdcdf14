/** Sequences and views as the tests of step-level planners need them. */
import type { StepKind } from '../../runtime/core/pass-report.ts';
import type { SequenceView, StepView } from '../../runtime/core/step.ts';
import { plainCosts } from './fixtures.ts';

/** A summary in the middle of its prompt. */
export function prefilling(id: string, overrides: Partial<SequenceView> = {}): SequenceView {
  return {
    id,
    class: 'summarize',
    promise: 'e2e',
    arrivalMs: 0,
    deadlineMs: 1_000,
    decoding: false,
    tokensLeft: 100,
    contextTokens: 0,
    decodeTokens: 10,
    started: false,
    relegated: false,
    ...overrides,
  };
}

/** A summary in the middle of its answer. */
export function decoding(id: string, overrides: Partial<SequenceView> = {}): SequenceView {
  return { ...prefilling(id), decoding: true, started: true, tokensLeft: 1, contextTokens: 100, ...overrides };
}

/** A completion whose first token is still to come. */
export function keystroke(id: string, overrides: Partial<SequenceView> = {}): SequenceView {
  return prefilling(id, { class: 'completion', promise: 'ttft', ...overrides });
}

/** A completion whose first token is out. */
export function tail(id: string, overrides: Partial<SequenceView> = {}): SequenceView {
  return decoding(id, { class: 'completion', promise: 'ttft', ...overrides });
}

export interface ViewOverrides extends Partial<Omit<StepView, 'limits'>> {
  readonly limits?: Partial<StepView['limits']>;
}

export function view(sequences: readonly SequenceView[], lastKind?: StepKind, overrides: ViewOverrides = {}): StepView {
  return {
    nowMs: 0,
    sequences,
    costs: plainCosts,
    lastKind,
    passes: 0,
    ...overrides,
    limits: { chunkTokens: 64, decodeSequences: 4, passMsMax: Number.POSITIVE_INFINITY, ...overrides.limits },
  };
}
