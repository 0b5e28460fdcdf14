/** What is remembered of tasks that were inside the engine when it died. */
import { describe, expect, it } from 'vitest';
import {
  contentLossesMax,
  documentLossesMax,
  rememberedMs,
  Suspects,
  suspectsMax,
} from '../../runtime/core/suspects.ts';
import type { Task } from '../../runtime/core/task.ts';
import { task, translation } from './fixtures.ts';

function completion(prefix: string, overrides: Partial<Task> = {}): Task {
  return task(prefix, { prompt: { kind: 'infill', prefix, suffix: '' }, ...overrides });
}

function die(suspects: Suspects, tasks: readonly Task[], times: number): void {
  for (let time = 0; time < times; time += 1) suspects.lost(tasks, time);
}

describe('suspects', () => {
  it('when the engine has died twice of the same content, then the content is refused, whoever asks', () => {
    const suspects = new Suspects();
    die(suspects, [translation('t')], contentLossesMax - 1);
    expect(suspects.lossesOf(translation('t'), 1)).toBeUndefined();
    suspects.lost([translation('t')], 2);
    expect(suspects.lossesOf(translation('another id', { arrivalMs: 7 }), 2)).toBe(contentLossesMax);
    expect(suspects.lossesOf(translation('t', { model: 'another' }), 2)).toBeUndefined();
    expect(suspects.lossesOf(translation('t', { prompt: { kind: 'chat', user: 'other words' } }), 2)).toBeUndefined();
  });

  it('when several tasks of one content were inside, then one death counts once', () => {
    const suspects = new Suspects();
    suspects.lost([translation('a'), translation('b')], 0);
    expect(suspects.lossesOf(translation('c'), 0)).toBeUndefined();
  });

  it('when a content was answered in between, then the count begins anew', () => {
    const suspects = new Suspects();
    suspects.lost([translation('t')], 0);
    suspects.answered(translation('t'));
    suspects.lost([translation('t')], 1);
    expect(suspects.lossesOf(translation('t'), 1)).toBeUndefined();
  });

  it('when every keystroke makes another prompt, then the document is refused after one death more, and an answer frees it', () => {
    const suspects = new Suspects();
    const supersedeKey = 'window file';
    for (let death = 0; death < documentLossesMax; death += 1) {
      expect(suspects.lossesOf(completion('next', { supersedeKey }), death)).toBeUndefined();
      suspects.lost([completion(`typed ${death}`, { supersedeKey })], death);
    }
    expect(suspects.lossesOf(completion('next', { supersedeKey }), 9)).toBe(documentLossesMax);
    expect(suspects.lossesOf(completion('next', { supersedeKey: 'window other' }), 9)).toBeUndefined();
    suspects.answered(completion('somewhere else in it', { supersedeKey }));
    expect(suspects.lossesOf(completion('next', { supersedeKey }), 9)).toBeUndefined();
  });

  it('when other tasks were inside as well, then no document is blamed', () => {
    const suspects = new Suspects();
    const supersedeKey = 'window file';
    for (let death = 0; death < 2 * documentLossesMax; death += 1)
      suspects.lost([completion(`typed ${death}`, { supersedeKey }), translation(`t${death}`)], death);
    expect(suspects.lossesOf(completion('next', { supersedeKey }), 9)).toBeUndefined();
  });

  it('when a while has passed, then it may be tried again', () => {
    const suspects = new Suspects();
    die(suspects, [translation('t')], contentLossesMax);
    expect(suspects.lossesOf(translation('t'), rememberedMs)).toBe(contentLossesMax);
    expect(suspects.lossesOf(translation('t'), rememberedMs + contentLossesMax)).toBeUndefined();
  });

  it('when more contents come than are remembered, then the oldest are forgotten', () => {
    const suspects = new Suspects();
    die(suspects, [completion('oldest')], contentLossesMax);
    for (let other = 0; other < suspectsMax; other += 1) suspects.lost([completion(`other ${other}`)], 5);
    expect(suspects.lossesOf(completion('oldest'), 5)).toBeUndefined();
    suspects.lost([completion(`other ${suspectsMax - 1}`)], 6);
    expect(suspects.lossesOf(completion(`other ${suspectsMax - 1}`), 6)).toBe(contentLossesMax);
  });

  it('when two texts differ only in the order of their characters, then they are two contents', () => {
    const suspects = new Suspects();
    die(suspects, [completion('ab')], contentLossesMax);
    expect(suspects.lossesOf(completion('ba'), 1)).toBeUndefined();
  });
});
