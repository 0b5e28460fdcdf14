/** Which model does which kind of task, joined from what the runtime lists and what its status says. Pure, without vscode. */
import path from 'node:path';
import {
  type ModelStatus,
  type ModelsListResult,
  type Status,
  taskClassSchema,
  type WireTaskClass,
} from '../runtime/protocol.ts';
import { choiceFor, type ModelChoices } from './model-choices.ts';
import { isServing } from './model-words.ts';

export interface ServingModel {
  /** What the status may know it by: its file, its name, its title. */
  readonly ids: readonly string[];
  readonly title: string;
}

/** A class without a model has none that could serve it. */
export type ServingModels = Readonly<Partial<Record<WireTaskClass, ServingModel>>>;

export function servingModels(list: ModelsListResult): ServingModels {
  const serving: Partial<Record<WireTaskClass, ServingModel>> = {};
  for (const role of list.roles) {
    const model = list.models.find((each) => isServing(role, each));
    const known = taskClassSchema.options.find((each) => each === role.role);
    if (model === undefined || known === undefined) continue;
    serving[known] = { ids: [model.file ?? model.name, model.name, model.title], title: model.title };
  }
  return serving;
}

const order = ['ready', 'loading', 'failed', 'unloaded'] satisfies ModelStatus['state'][];

/**
 * The model of one kind of task, as far as the status shows it. What the runtime said decides; before it has, the settings do, as far
 * as they can without knowing what is installed.
 */
export function modelOf(
  status: Status,
  serving: ServingModels,
  choices: ModelChoices,
  name: WireTaskClass,
): ModelStatus | undefined {
  const ids = serving[name]?.ids;
  const choice = choiceFor(choices, name);
  const isDemo = choice === 'auto' || choice === 'embedded';
  const fits = (model: ModelStatus) => {
    if (ids !== undefined) return ids.includes(model.id) || ids.includes(model.name);
    return isDemo ? model.demo : model.id === path.normalize(choice) || model.name === choice;
  };
  return status.models.filter(fits).sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
}
