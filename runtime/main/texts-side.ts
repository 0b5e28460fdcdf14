/** What answers about texts are built from, as the composition root builds it: prompts, parsers, and workflows with what was learned. */
import path from 'node:path';
import type { Knowledge } from '../core/knowledge.ts';
import { chunkTokensStart } from '../core/start.ts';
import type { Task } from '../core/task.ts';
import { Prompts } from '../features/prompts/library.ts';
import type { Models, TaskSpec, Tasks } from '../features/tasks.ts';
import type { TextKit } from '../features/text.ts';
import type { Predictor } from '../features/workflows/predictor.ts';
import { Workflows } from '../features/workflows/workflows.ts';
import { Syntax } from '../syntax/index.ts';
import type { Arguments } from './arguments.ts';

export interface TextsSideOptions {
  readonly args: Pick<Arguments, 'media' | 'grammars'>;
  readonly loop: Tasks & { readonly learned: Knowledge };
  readonly registry: Models;
  readonly now: () => number;
}

export function textsSide({ args, loop, registry, now }: TextsSideOptions): TextKit {
  return {
    tasks: loop,
    models: registry,
    prompts: new Prompts(path.join(args.media, 'prompts')),
    workflows: new Workflows({ now, predictor: predictorOf(loop.learned) }),
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
