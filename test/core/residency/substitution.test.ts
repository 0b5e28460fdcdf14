/** Who answers for a model that would come too late, and who is asked before. */
import { describe, expect, it } from 'vitest';
import type { ResidencyOptions } from '../../../runtime/core/residency/options.ts';
import { ResidencyPolicy } from '../../../runtime/core/residency/policy.ts';
import type { ModelView } from '../../../runtime/core/residency/types.ts';
import { gb, model, ready, view, waiting, words } from './world.ts';

const nowMs = 3_600_000;

function policy(options: Partial<ResidencyOptions>): ResidencyPolicy {
  return new ResidencyPolicy({ readsAhead: false, loadsAhead: false, ...options });
}

describe('answers by another model', () => {
  const absent = model(
    'large',
    { waiting: [waiting('t', nowMs), waiting('u', nowMs, { deadlineMs: nowMs + 90_000 })] },
    6,
  );
  const standIn = ready('small', {}, 1);

  it('when waiting would break the promise, then a resident one of the class answers that task, and the other task waits', () => {
    const automatic = policy({ substitution: 'automatically' });
    expect(words(automatic.decide(view(nowMs, [absent, standIn])))).toEqual(['substitute t by small']);
  });

  it('when the user wants to be asked, then once for each task, and the model comes in meanwhile', () => {
    const asking = policy({ substitution: 'ask' });
    expect(words(asking.decide(view(nowMs, [absent, standIn])))).toEqual(['ask t by small', 'load large']);
    expect(words(asking.decide(view(nowMs + 1, [absent, standIn])))).toEqual(['load large']);
  });

  it('when the one on offer would leave for the right one, then it stays until the asker has answered, or for so long', () => {
    const tight = (atMs: number) => view(atMs, [absent, standIn], { budgetBytes: 6.5 * gb });
    const asking = policy({ substitution: 'ask', answerMsMax: 4_000 });
    expect(words(asking.decide(tight(nowMs)))).toEqual(['ask t by small', `wait large until ${nowMs + 4_000}`]);
    expect(words(asking.decide(tight(nowMs + 3_999)))).toEqual([`wait large until ${nowMs + 4_000}`]);
    expect(words(asking.decide(tight(nowMs + 4_000)))).toEqual(['load large -small']);
    const answered = policy({ substitution: 'ask' });
    answered.decide(tight(nowMs));
    answered.answered('t');
    expect(words(answered.decide(tight(nowMs + 1)))).toEqual(['load large -small']);
  });

  it('when a task says for itself whether it may, then that counts for it', () => {
    const tasks = (['never', 'ask', 'automatically'] as const).map((substitution) =>
      waiting(substitution, nowMs, { substitution }),
    );
    const large = model('large', { waiting: tasks }, 6);
    for (const substitution of ['never', 'ask', 'automatically'] as const) {
      const made = words(policy({ substitution }).decide(view(nowMs, [large, standIn])));
      expect(made).toEqual(['substitute automatically by small', 'ask ask by small']);
    }
  });

  it('when the user wants none, or it is of another class, then nobody stands in', () => {
    const automatic = policy({ substitution: 'automatically' });
    expect(words(policy({ substitution: 'never' }).decide(view(nowMs, [absent, standIn])))).toEqual(['load large']);
    const other = ready('small', { classes: ['chat'] }, 1);
    expect(words(automatic.decide(view(nowMs, [absent, other])))).toEqual(['load large']);
  });

  it('when the task is late in any case, then only who is clearly sooner stands in', () => {
    const late = model('large', { waiting: [waiting('t', nowMs - 9_900)] }, 6);
    const answered = (large: typeof late): string[] =>
      words(policy({ substitution: 'automatically' }).decide(view(nowMs, [large, standIn])));
    expect(answered(late)).toEqual(['substitute t by small']);
    expect(answered({ ...late, loadMsCold: 4_000 })).toEqual(['load large']);
  });

  describe('when the right one would come too late and another of its class is absent too', () => {
    const cached = (overrides: Partial<ModelView> = {}) => model('small', { cachedBytes: 3 * gb, ...overrides }, 3);
    const decided = (models: readonly ModelView[], options: Partial<ResidencyOptions> = {}): string[] =>
      words(policy({ substitution: 'automatically', ...options }).decide(view(nowMs, models)));

    it('then the other loads if it is back sooner, and answers when it is there', () => {
      const automatic = policy({ substitution: 'automatically' });
      const [load] = automatic.decide(view(nowMs, [absent, cached()]));
      expect(words(load === undefined ? [] : [load])).toEqual(['load small']);
      expect(load?.why).toMatch(
        /^Loads 'small' for a task that has waited 0.0 s for 'large', which would come too late/,
      );
      expect(words(automatic.decide(view(nowMs + 3_300, [absent, ready('small', {}, 3)])))).toEqual([
        'substitute t by small',
      ]);
    });

    it('then the right one loads all the same when that is as soon, or when the other is not the same class, or gone', () => {
      expect(decided([absent, cached({ cachedBytes: 0, loadMsCold: 18_000 })])).toEqual(['load large']);
      expect(decided([absent, cached({ classes: ['chat'] })])).toEqual(['load large']);
      expect(decided([absent, cached({ isGone: true })])).toEqual(['load large']);
    });

    it('then the right one loads when its promise outlasts that, or the asker wants no other or wants to be asked', () => {
      const patient = model('large', { waiting: [waiting('u', nowMs, { deadlineMs: nowMs + 90_000 })] }, 6);
      expect(decided([patient, cached()])).toEqual(['load large']);
      expect(decided([absent, cached()], { substitution: 'never' })).toEqual(['load large']);
      expect(decided([absent, cached()], { substitution: 'ask' })).toEqual(['load large']);
      expect(decided([{ ...absent, isNamed: true }, cached()])).toEqual(['load large']);
      expect(decided([{ ...absent, isPinned: true }, cached()])).toEqual(['load large']);
    });

    it('then of several the largest that helps, and the right one when nobody can leave for the other', () => {
      const large = { ...absent, bytesFull: 5 * gb, bytesSmall: 5 * gb };
      expect(decided([large, cached(), model('tiny', { cachedBytes: 1 * gb }, 1)])).toEqual(['load small']);
      const busy = ready('busy', { running: 1, classes: ['chat'] }, 3);
      expect(decided([large, cached({ bytesFull: 6 * gb, bytesSmall: 6 * gb }), busy])).toEqual(['load large']);
    });
  });

  it('when the right one has nearly come, then it is waited for', () => {
    const automatic = (): ResidencyPolicy => policy({ substitution: 'automatically' });
    const coming = (sinceMs: number) =>
      model('large', { state: 'loading', readySinceMs: nowMs - sinceMs, waiting: [waiting('t', nowMs)] }, 6);
    expect(words(automatic().decide(view(nowMs, [coming(1_000), standIn])))).toEqual(['substitute t by small']);
    expect(words(automatic().decide(view(nowMs, [coming(15_000), standIn])))).toEqual([]);
  });
});
