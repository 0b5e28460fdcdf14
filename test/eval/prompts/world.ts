/** The prompts' cases put to a model that a test scripts. */
import type { PromptSource } from '../../../runtime/eval/prompts/changed.ts';
import { type CaseJudged, evaluate, type ToJudge } from '../../../runtime/eval/prompts/evaluate.ts';
import { casesFor, type PromptTask, type ReadyCase } from '../../../runtime/eval/prompts/subjects.ts';
import { Prompts } from '../../../runtime/features/prompts/library.ts';
import type { ChosenModel } from '../../../runtime/features/tasks.ts';
import { Workflows } from '../../../runtime/features/workflows/workflows.ts';
import { type Script, ScriptedTasks } from '../../features/fakes.ts';
import { promptsFolder } from '../../features/text-kit.ts';
import { syntax } from '../../syntax/world.ts';

const model: ChosenModel = {
  ...{ id: 'm', name: 'Instructed', demo: false, chosen: true, contextTokens: 8_192 },
  instructed: true,
};

export function caseOf(task: PromptTask, id: string): ReadyCase {
  const found = casesFor(task).find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no case ${id} of ${task}.`);
  return found;
}

export const shipped = new Prompts(promptsFolder);

/** @param answer to the prompt that is asked. */
export async function judge(
  cases: readonly ToJudge[],
  answer: (prompt: string) => Script,
  changed?: PromptSource,
): Promise<CaseJudged[]> {
  const tasks = new ScriptedTasks(({ prompt }) => answer(prompt.kind === 'chat' ? prompt.user : ''));
  const models = { choose: () => model, describe: () => model };
  const kit = { tasks, models, workflows: new Workflows({ now: () => tasks.now() }), syntax };
  return await evaluate(cases, { kit, shipped, changed });
}

/** The criteria in which an answer is not perfect. */
export async function lost(task: PromptTask, one: ReadyCase, answer: string): Promise<string[]> {
  const [judged] = await judge([{ task, one }], () => ({ pieces: [answer] }));
  return Object.entries(judged?.shipped.scores ?? {}).flatMap(([name, score]) => (score < 1 ? [name] : []));
}
