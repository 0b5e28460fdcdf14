/** What the features about texts are built from, around tasks that a test scripts: the prompts and parsers as they are shipped. */
import path from 'node:path';
import { Prompts } from '../../runtime/features/prompts/library.ts';
import type { Models, Tasks } from '../../runtime/features/tasks.ts';
import type { TextKit } from '../../runtime/features/text.ts';
import { Workflows } from '../../runtime/features/workflows/workflows.ts';
import { syntax } from '../syntax/world.ts';
import { models as fakeModels } from './fakes.ts';

export const promptsFolder = path.resolve(import.meta.dirname, '../../media/prompts');

export function kitOf(tasks: Tasks, models: Models = fakeModels): TextKit {
  const workflows = new Workflows({ now: () => tasks.now() });
  return { tasks, models, prompts: new Prompts(promptsFolder), workflows, syntax };
}
