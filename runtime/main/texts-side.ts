/** What answers about texts are built from, as the composition root builds it: prompts, parsers, and workflows with what was learned. */
import path from 'node:path';
import type { Knowledge } from '../core/knowledge.ts';
import type { Metrics, Settled } from '../core/metrics.ts';
import { chunkTokensStart } from '../core/start.ts';
import type { Outcome, Task } from '../core/task.ts';
import type { WorkflowOutcome } from '../core/workflow.ts';
import { Prompts } from '../features/prompts/library.ts';
import type { Models, TaskSpec, Tasks } from '../features/tasks.ts';
import type { TextKit } from '../features/text.ts';
import type { Predictor } from '../features/workflows/predictor.ts';
import { type WorkflowOrder, Workflows } from '../features/workflows/workflows.ts';
import { Syntax } from '../syntax/index.ts';
import type { Arguments } from './arguments.ts';
import { type LighterOptions, lighterModels } from './lighter.ts';

export interface TextsSideOptions {
  readonly args: Pick<Arguments, 'media' | 'grammars'>;
  readonly loop: Tasks &
    LighterOptions['loop'] & { readonly learned: Knowledge; readonly metrics: Pick<Metrics, 'add'> };
  readonly registry: Models & LighterOptions['registry'];
  /** What a model takes of the memory that there is. */
  readonly holdings: LighterOptions['holdings'];
  readonly now: () => number;
}

export function textsSide(options: TextsSideOptions): TextKit & { readonly syntax: Syntax } {
  const { args, loop, registry, holdings, now } = options;
  return {
    tasks: loop,
    models: registry,
    prompts: new Prompts(path.join(args.media, 'prompts')),
    workflows: new Workflows({
      now,
      predictor: predictorOf(loop.learned),
      onSettled: (order, outcome, atMs) => loop.metrics.add(settledOf(order, outcome, atMs)),
    }),
    lighter: lighterModels({ registry, loop, holdings }),
    syntax: new Syntax(args.grammars, now),
  };
}

function predictorOf(knowledge: Knowledge): Predictor {
  const taskOf = (spec: TaskSpec): Task => ({ ...spec, id: 'predicted' });
  return {
    device: (model) => ({ costs: knowledge.costs(model), chunkTokens: chunkTokensStart }),
    promptTokens: (spec) => knowledge.prefillTokens(taskOf(spec)),
    answerTokens: (spec) => knowledge.answerTokens(taskOf(spec)),
  };
}

/** A workflow as the one task that it is to whoever asked. */
function settledOf(order: WorkflowOrder, outcome: WorkflowOutcome, atMs: number): Settled {
  const { class: name, arrivalMs, targetMs, model } = order;
  const title = String(order.title);
  const prompt = { kind: 'chat', user: title } as const;
  const sla = { kind: 'e2e', targetMs } as const;
  const task = { id: title, class: name, sla, arrivalMs, model, prompt, limits: { maxTokens: 0, stop: [] } };
  return { task, outcome: outcomeOf(outcome), e2eMs: atMs - arrivalMs, atMs };
}

function outcomeOf(outcome: WorkflowOutcome): Outcome {
  switch (outcome.kind) {
    case 'finished':
      return { kind: 'finished', reason: 'stop' };
    case 'cancelled':
      return { kind: 'cancelled', by: 'client' };
    case 'failed':
      return { kind: 'failed', error: outcome.error };
    default:
      return outcome satisfies never;
  }
}
