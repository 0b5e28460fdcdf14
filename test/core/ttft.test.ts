/** How long a first token would take, asked at each keystroke. One token of a prompt takes 1 ms, a pass that decodes 10 ms. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import { noWorks, type Works } from '../../runtime/core/lane.ts';
import type { Work } from '../../runtime/core/policy.ts';
import type { Scheduler } from '../../runtime/core/scheduler.ts';
import { type FirstTokenQuestion, firstTokenMs } from '../../runtime/core/ttft.ts';
import { info, newScheduler, plainCosts, task } from './fixtures.ts';

const limits = { chunkTokens: 64, decodeSequences: 4, passMsMax: Number.POSITIVE_INFINITY };
/** No pass may take longer than 100 ms. */
const question: FirstTokenQuestion = {
  prefillTokens: 50,
  contextTokens: 0,
  deadlineMs: 500,
  document: 'mine',
  targetMs: 500,
};

const ask = (works: Partial<Works>, asked: Partial<FirstTokenQuestion> = {}): number =>
  firstTokenMs({ ...question, ...asked }, { ...noWorks, ...works }, { costs: plainCosts, limits });

function work(overrides: Partial<Work>): Work {
  return {
    id: 'w',
    class: 'summarize',
    promise: 'e2e',
    arrivalMs: 0,
    deadlineMs: 10_000,
    prefillTokens: 0,
    decodeTokens: 20,
    contextTokens: 100,
    maxTokens: 64,
    relegated: false,
    ...overrides,
  };
}

const completion: Partial<Work> = { class: 'completion', promise: 'ttft', deadlineMs: 400 };

describe('the first token of a request', () => {
  it('when nothing else is there, then it takes its own prompt', () => {
    expect(ask({})).toBe(50);
  });

  it('when others decode, then the pass in flight comes first, however many they are', () => {
    expect(ask({ running: [work({})] })).toBe(60);
    expect(ask({ running: [work({}), work({})] })).toBe(60);
  });

  it('when a prompt is being evaluated, then the pass in flight comes first, as long as one may be, or as what is left', () => {
    expect(ask({ running: [work({ prefillTokens: 1_000, contextTokens: 0 })] })).toBe(150);
    expect(ask({ running: [work({ prefillTokens: 30 })] })).toBe(80);
  });

  it('when long work waits, paused or new, then it delays nothing', () => {
    expect(ask({ waiting: [work({ prefillTokens: 1 }), work({ prefillTokens: 1_000, contextTokens: 0 })] })).toBe(50);
  });

  it('when another document waits for its first token too, then it goes first if it is due earlier', () => {
    const other = { ...completion, document: 'other', prefillTokens: 40, contextTokens: 0 };
    expect(ask({ waiting: [work(other)] })).toBe(90);
    expect(ask({ waiting: [work({ ...other, deadlineMs: 600 })] })).toBe(50);
    expect(ask({ waiting: [work({ ...other, relegated: true })] })).toBe(50);
    expect(ask({ waiting: [work({ ...other, document: 'mine' })] })).toBe(50);
  });

  it('when completions are being answered, then they take a turn after each chunk', () => {
    const answering = work({ ...completion, document: 'other' });
    expect(ask({ running: [answering] })).toBe(60);
    expect(ask({ running: [answering] }, { prefillTokens: 250 })).toBe(10 + 250 + 20);
  });
});

describe('the first token of a task, before it is submitted', () => {
  /** 20 tokens of prompt, and 5 ms that went by. */
  const forecastMs = (scheduler: Scheduler): number => scheduler.forecastTtftMs(task('c', { arrivalMs: -5 }), 0);

  function schedulerAfter(...events: readonly Event[]): Scheduler {
    const scheduler = newScheduler('punctual');
    for (const event of events) scheduler.on(event, 0);
    return scheduler;
  }

  const loaded: Event = { kind: 'loaded', model: 'm', info: { ...info, loadMs: 700 } };
  const unloaded: Event = { kind: 'unloaded', model: 'm' };

  it('when its model is there, then it takes the time that went by and its prompt', () => {
    expect(forecastMs(schedulerAfter(loaded))).toBe(25);
  });

  it('when its model has left, or is on its way, then the load takes as long as it did', () => {
    expect(forecastMs(schedulerAfter(loaded, unloaded))).toBe(725);
    expect(forecastMs(schedulerAfter(loaded, unloaded, { kind: 'wanted', model: 'm' }))).toBe(725);
  });

  it('when its model was never loaded, then nothing is known of that', () => {
    expect(forecastMs(schedulerAfter())).toBe(25);
  });
});
