/** Decisions with their sentences and factors, to the letter. */
import { describe, expect, it } from 'vitest';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import type { Decision, ModelView, Use } from '../../../runtime/core/residency/types.ts';
import { gb, model, ready, view, waiting } from './world.ts';

const minuteMs = 60_000;
const summary: Use = { class: 'summarize', targetMs: 10_000, workMs: 3_000 };

/** Knows an hour in which 'chat' was used each minute, and 'old' at its beginning only. */
function experienced(): ResidencyPolicy {
  const policy = new ResidencyPolicy();
  policy.use('old', summary, 0);
  for (let minute = 0; minute < 60; minute += 1) policy.use('chat', summary, minute * minuteMs);
  return policy;
}

const nowMs = 60 * minuteMs;
const wanted = model('wanted', { waiting: [waiting('t', nowMs - 1_500)] });

function sentences(policy: ResidencyPolicy, models: readonly ModelView[]): string[] {
  return policy.decide(view(nowMs, models)).map(({ why }) => why);
}

describe('what is said of a decision', () => {
  it('when a model leaves, then why it and no other', () => {
    const models = [ready('chat', { classes: ['chat'] }), ready('old', { classes: ['chat'] }), wanted];
    expect(sentences(experienced(), models)).toEqual([
      "Loads 'wanted', for which a task has waited 1.5 s; evicted 'old' because it is the least likely to be needed soon (need 14 %, 0 % by signals, back in 13.6 s, 100 % of promises broken by that, work 3.0 s, 4.0 GB, worth 2.6 s; of those that could have left 'chat': need 78 %, 0 % by signals, back in 13.6 s, 100 % of promises broken by that, work 3.0 s, 4.0 GB, worth 14.5 s).",
    ]);
  });

  it('when a model leaves, then each factor of those that could have left is there to be read', () => {
    const models = [ready('chat', { classes: ['chat'] }), ready('old', { classes: ['chat'] }), wanted];
    const [load] = experienced().decide(view(nowMs, models)) as [Extract<Decision, { kind: 'load' }>];
    const rounded = load.factors.map(({ need, signalled, broken, worthMs, ...rest }) => ({
      need: Number(need.toFixed(2)),
      signalled: Number(signalled.toFixed(2)),
      broken: Number(broken.toFixed(2)),
      worthMs: Math.round(worthMs / 100) * 100,
      ...rest,
      loadMs: Math.round(rest.loadMs),
    }));
    expect(rounded).toEqual([
      {
        model: 'chat',
        need: 0.78,
        signalled: 0,
        loadMs: 13_633,
        broken: 1,
        workMs: 3_000,
        bytes: 4 * gb,
        worthMs: 14_500,
      },
      {
        model: 'old',
        need: 0.14,
        signalled: 0,
        loadMs: 13_633,
        broken: 1,
        workMs: 3_000,
        bytes: 4 * gb,
        worthMs: 2_600,
      },
    ]);
  });

  it('when fewer sequences are enough, when there is room, and when all are in use, then it says so', () => {
    const shrinking = ready('chat', { classes: ['chat'], bytesFull: 5 * gb });
    expect(sentences(experienced(), [shrinking, wanted])).toEqual([
      "Loads 'wanted', for which a task has waited 1.5 s; took sequences from 'chat', which frees enough.",
    ]);
    expect(sentences(experienced(), [wanted])).toEqual([
      "Loads 'wanted', for which a task has waited 1.5 s; there is room.",
    ]);
    const used = ready('chat', { classes: ['chat'], running: 1 }, 5);
    expect(sentences(experienced(), [used, { ...wanted, cachedBytes: 4 * gb }])).toEqual([
      "'wanted' waits: those that would leave for it are in use or have only just come.",
    ]);
  });

  it('when another answers and when a file is read ahead, then whom it helps', () => {
    expect(sentences(experienced(), [ready('chat'), wanted])).toEqual([
      "Answers with 'chat': 'wanted' would come in 13.6 s, and the promise would break.",
    ]);
    expect(sentences(experienced(), [model('chat'), ready('other', {}, 6)])).toEqual([
      "Reads the file of 'chat' into the page cache, as it may be loaded soon (need 85 %).",
    ]);
  });
});
