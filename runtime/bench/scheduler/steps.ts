/** The cost of one `planStep`: 16 sequences in every phase and with every promise, and each look at them a little later. */
import { costsOf, newCostModel } from '../../core/estimate.ts';
import type { Policy } from '../../core/policy.ts';
import type { SequenceView, StepView } from '../../core/step.ts';
import { integer, newRandom, type Random } from '../random.ts';

const sequences = 16;

const costs = costsOf(newCostModel());
const limits = { chunkTokens: 256, decodeSequences: sequences, passMsMax: 200 };

/** Some prompts, many answers; deadlines from a while ago to far away; every fourth has no promise left. */
export function stepView(random: Random, passes: number): StepView {
  const views = Array.from({ length: sequences }, (_, index) => sequenceView(random, index));
  return { nowMs: 100_000, sequences: views, limits, costs, lastKind: passes % 3 === 0 ? 'prefill' : 'decode', passes };
}

function sequenceView(random: Random, index: number): SequenceView {
  const isCompletion = index % 2 === 0;
  const decoding = random() < 0.7;
  const targetMs = isCompletion ? 1_000 : 20_000;
  const arrivalMs = 100_000 - random() * targetMs * 1.2;
  return {
    id: `t${index}`,
    class: isCompletion ? 'completion' : index % 4 === 1 ? 'summarize' : 'translate',
    promise: isCompletion ? 'ttft' : 'e2e',
    arrivalMs,
    deadlineMs: arrivalMs + targetMs,
    decoding,
    tokensLeft: decoding ? 1 : integer(random, 1, 600),
    contextTokens: integer(random, 0, 2_000),
    decodeTokens: integer(random, 1, isCompletion ? 64 : 400),
    started: decoding,
    relegated: !isCompletion && random() < 0.25,
  };
}

/** In µs, one number for each look. The first {@link warmLooks} are not told: code is compiled while it runs. */
export function stepTimesUs(policy: Policy, looks: number, seed: number): number[] {
  const random = newRandom(seed);
  const views = Array.from({ length: viewsMade }, (_, index) => stepView(random, index));
  const times: number[] = [];
  for (let look = 0; look < looks + warmLooks; look += 1) {
    const view = views[look % viewsMade];
    if (view === undefined) break;
    const startMs = performance.now();
    policy.planStep(view);
    const us = (performance.now() - startMs) * 1_000;
    if (look >= warmLooks) times.push(us);
  }
  return times;
}

const warmLooks = 2_000;
const viewsMade = 512;
