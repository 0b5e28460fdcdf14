import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterGap,
  beatMs,
  newRhythm,
  pauseMs,
  pauseProbability,
  pauseShare,
  type Rhythm,
  restProbability,
  type Traits,
} from '../../../runtime/features/completion/rhythm.ts';

const inWord: Traits = { before: 'word', behind: 'nothing', act: 'typed' };
const onNewLine: Traits = { before: 'line', behind: 'nothing', act: 'typed' };

function typed(...gapsMs: number[]): Rhythm {
  return gapsMs.reduce((rhythm, gapMs) => afterGap(rhythm, gapMs, undefined), newRhythm);
}

describe('the rhythm of somebody who types', () => {
  it('when nothing was seen yet, then the beat is an ordinary one', () => {
    expect(beatMs(newRhythm)).toBe(220);
  });

  it('when keys come fast, then the beat is theirs, and one slow key or a pause does not move it', () => {
    const fast = typed(100, 110, 90, 105, 95, 100, 100);
    expect(beatMs(fast)).toBe(100);
    expect(beatMs(afterGap(fast, 900, inWord))).toBe(100);
    expect(beatMs(afterGap(fast, 60_000, inWord))).toBe(100);
  });

  it('when only a key or two were seen, then they do not say everything', () => {
    expect(beatMs(typed(40))).toBe(220);
    expect(beatMs(typed(40, 40, 40))).toBeLessThan(220);
  });

  it('when somebody types slower, then the beat follows within a few keys', () => {
    expect(beatMs(typed(100, 100, 100, 100, 400, 400, 400, 400))).toBe(400);
  });

  it('when a line begins, then a pause is likelier than inside of a word', () => {
    const rhythm = typed(150, 150, 150, 150);
    expect(pauseProbability(rhythm, onNewLine)).toBeGreaterThan(pauseProbability(rhythm, inWord));
  });

  it('when a client pauses more than others, then a pause is expected of it, to a bound', () => {
    let rhythm = typed(150, 150, 150, 150);
    const before = pauseProbability(rhythm, inWord);
    for (let turn = 0; turn < 20; turn += 1) rhythm = afterGap(rhythm, 5_000, inWord);
    expect(pauseProbability({ ...rhythm, lastMs: 150 }, inWord)).toBeGreaterThan(before);
    for (let turn = 0; turn < 2_000; turn += 1) rhythm = afterGap(rhythm, 5_000, inWord);
    expect(rhythm.bias).toBeLessThanOrEqual(1);
  });

  it('when a gap is long, then it was a pause, and when it is a beat, then it was none', () => {
    const rhythm = typed(150, 150, 150, 150);
    expect(pauseShare(rhythm, inWord, 5 * pauseMs)).toBeGreaterThan(0.95);
    expect(pauseShare(rhythm, inWord, 150)).toBeLessThan(0.3);
  });

  it('when time passes without a key, then rest is less likely in all, and goes on likelier', () => {
    const gap = fc.integer({ min: 1, max: 20_000 });
    const traits = fc.constantFrom(inWord, onNewLine);
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 20 }), traits, (gapsMs, where) => {
        const rests = restProbability(typed(...gapsMs), where);
        const times = [0, 50, 100, 200, 400, 800, 1_600, 3_200, 100_000];
        const chances = times.map(rests);
        expect(chances[0]).toBe(1);
        expect(chances.every((chance, place) => chance >= 0 && chance <= (chances[place - 1] ?? 1) + 1e-9)).toBe(true);
        expect(rests(1e9)).toBeLessThan(0.01);
      }),
    );
    const rests = restProbability(typed(150, 150, 150, 150), inWord);
    expect(rests(700) / rests(400)).toBeGreaterThan(rests(350) / rests(50));
  });
});
