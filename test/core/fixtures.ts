/** Tasks and models as the scheduler's tests need them. */
import type { Costs } from '../../runtime/core/estimate.ts';
import type { Effect } from '../../runtime/core/event.ts';
import type { Knowledge } from '../../runtime/core/knowledge.ts';
import { certainLength } from '../../runtime/core/lengths.ts';
import { policyNamed } from '../../runtime/core/policies/index.ts';
import type { Policy, Work } from '../../runtime/core/policy.ts';
import { Scheduler } from '../../runtime/core/scheduler.ts';
import { type SchedulerOptions, schedulerDefaults } from '../../runtime/core/scheduler-options.ts';
import type { Task, TaskError } from '../../runtime/core/task.ts';

export const info = {
  sequences: 2,
  contextTokens: 2048,
  chunkTokens: 64,
  infill: true,
  chat: true,
  memoryBytes: 1,
  loadMs: 1,
  device: 'a processor',
};
export const gone: TaskError = { code: 'modelUnavailable', message: 'The file is gone.' };

export function task(id: string, overrides: Partial<Task> = {}): Task {
  return {
    id,
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 500 },
    arrivalMs: 0,
    model: 'm',
    prompt: { kind: 'infill', prefix: 'a', suffix: '' },
    limits: { maxTokens: 8, stop: [] },
    ...overrides,
  };
}

export function translation(id: string, overrides: Partial<Task> = {}): Task {
  return task(id, { class: 'translate', sla: { kind: 'e2e', targetMs: 20_000 }, ...overrides });
}

/** Costs that are easy to reckon with, in ms: 1 for each token of a prompt, 10 for each pass that decodes, however many take part. */
export const plainCosts: Costs = { prefillMs: (tokens) => tokens, decodeMs: () => 10 };

/** Knows the costs, takes every prompt for 20 tokens and every answer for as long as it may be, and expects nothing. */
export function plainKnowledge(overrides: Partial<Knowledge> = {}): Knowledge {
  return {
    demand: { ratePerSecond: () => 0, prefillTokens: () => 0, decodeTokens: () => 0 },
    costs: () => plainCosts,
    prefillTokens: () => 20,
    answerTokens: ({ limits }) => certainLength(limits.maxTokens),
    learn: () => {},
    forget: () => {},
    ...overrides,
  };
}

/** Models come and go when they are needed, not when it would be wise. */
export const atOnce = { residenceMsMin: 0, delayMsMax: 0, loadsAhead: false };

export function newScheduler(policy: string, overrides: Partial<SchedulerOptions> = {}): Scheduler {
  const knowledge = plainKnowledge();
  return new Scheduler({ ...schedulerDefaults, policy: policyOf(policy), knowledge, residency: atOnce, ...overrides });
}

export function policyOf(name: string): Policy {
  const policy = policyNamed(name);
  if (policy === undefined) throw new Error(`There is no policy ${name}.`);
  return policy;
}

/** Effects as short words, so that a test reads as a trace. When it wants to be woken is left out. */
export function words(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'start':
        return `start ${effect.task.id}`;
      case 'stop':
        return `stop ${effect.id}`;
      case 'settle':
        return `settle ${effect.id} ${effect.outcome.kind}${effect.outcome.kind === 'failed' ? ` ${effect.outcome.error.code}` : ''}${effect.outcome.kind === 'cancelled' ? ` ${effect.outcome.by}` : ''}`;
      case 'relegate':
        return `relegate ${effect.id}`;
      case 'load':
      case 'unload':
      case 'readAhead':
      case 'stopReading':
        return `${effect.kind} ${effect.model}`;
      case 'resize':
        return `resize ${effect.model} ${effect.isSmall ? 'small' : 'full'}`;
      case 'substitute':
        return `substitute ${effect.id} by ${effect.by}`;
      case 'offer':
        return `offer ${effect.id} by ${effect.by}`;
      case 'withdraw':
        return `withdraw ${effect.id}`;
      case 'wakeAt':
      case 'tell':
        return [];
      default:
        return effect satisfies never;
    }
  });
}

/** A summary as a policy sees it. */
export function work(id: string, fields: Partial<Work> = {}): Work {
  return {
    id,
    class: 'summarize',
    promise: 'e2e',
    arrivalMs: 0,
    deadlineMs: 10_000,
    prefillTokens: 0,
    decodeTokens: 100,
    contextTokens: 0,
    maxTokens: 200,
    relegated: false,
    ...fields,
  };
}
