/**
 * What *Punctual: Models…* shows, as data: which models in which order, what is said of each, and what can be done with it. Pure,
 * without vscode; `models-pick.ts` carries it to the screen.
 */
import type { ListedModel, ModelsListResult, WireTaskClass } from '../runtime/protocol.ts';
import { formatBytes, formatDuration } from './format.ts';
import { l10n } from './l10n.ts';
import { isAutomatic, type ModelChoices } from './model-choices.ts';
import {
  classes,
  isServing,
  listed,
  placeOf,
  servedBy,
  sizeOf,
  speedOf,
  stateOf,
  taskNames,
  tasksOf,
} from './model-words.ts';

export type RowTarget =
  /** Opens the choice of a model for one kind of task. */
  | { readonly kind: 'class'; readonly class: WireTaskClass }
  | { readonly kind: 'model'; readonly model: ListedModel }
  /** What a broken download left. */
  | { readonly kind: 'leftover'; readonly name: string; readonly bytes: number }
  | { readonly kind: 'action'; readonly action: RowAction };
export type RowAction = 'import' | 'address' | 'automatic' | 'forgetToken' | 'showAll';

export type RowButton = 'use' | 'download' | 'remove';

export interface Row {
  /** The same for the same thing at every refresh, so that the selection stays. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly target: RowTarget;
  readonly buttons: readonly RowButton[];
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface RowsInput {
  readonly list: ModelsListResult;
  readonly choices: ModelChoices;
  /** Also what does not fit this machine. */
  readonly showAll: boolean;
  /** An access token is kept. */
  readonly hasToken: boolean;
}

/**
 * Installed models first and what can be done with them, then the models that fit, of which there are many, then the rest if asked for.
 * Sections without rows are left out.
 */
export function modelSections(input: RowsInput): Section[] {
  const { list, showAll } = input;
  const rows = (models: readonly ListedModel[]) => models.map((model) => modelRow(list, model));
  const installed = list.models
    .filter((model) => model.installed)
    .sort((a, b) => installedOrder(a) - installedOrder(b));
  const others = list.models.filter((model) => !model.installed);
  const fitting = others.filter((model) => model.fit?.fits === true || model.downloading !== undefined);
  const rest = others.filter((model) => !fitting.includes(model));
  const more = l10n.t('{0} more, which may not fit this machine', rest.length);
  const sections: Section[] = [
    { title: l10n.t('Installed'), rows: rows(installed) },
    { title: l10n.t('Which model does what'), rows: classes.map((each) => classRow(input, each)) },
    { title: l10n.t('More'), rows: actionRows(input) },
    { title: l10n.t('Broken off downloads'), rows: list.leftovers.map(leftoverRow) },
    { title: l10n.t('Fit this machine'), rows: rows(fitting) },
    { title: l10n.t('Do not fit, or nobody knows'), rows: showAll ? rows(rest) : [] },
    {
      title: '',
      rows: showAll || rest.length === 0 ? [] : [actionRow('showAll', 'list-unordered', l10n.t('Show all'), more)],
    },
  ];
  return sections.filter((section) => section.rows.length > 0);
}

/** What is in memory first, the demonstration model last. */
function installedOrder(model: ListedModel): number {
  if (model.origin === 'embedded') return 2;
  return model.state === 'ready' || model.state === 'loading' ? 0 : 1;
}

function modelRow(list: ModelsListResult, model: ListedModel): Row {
  const inUse = servedBy(list, model);
  const serves = model.serves.length === 0 ? l10n.t('serves nothing') : tasksOf(model.serves);
  // A model of the catalog may be there several times, in files of different sizes.
  const kind = model.quantization === undefined ? [] : [model.quantization];
  const pinned = model.pinned === 'user' ? [l10n.t('pinned')] : [];
  const description = [sizeOf(model), ...kind, stateOf(model), ...pinned, serves];
  const licence = model.licence === undefined ? [] : [l10n.t('{0}.', model.licence)];
  const speed = speedSentences(model);
  const use = inUse.length === 0 ? [] : [l10n.t('In use for {0}.', tasksOf(inUse))];
  return {
    id: `model ${model.file ?? model.name} ${model.quantization ?? ''}`,
    label: `$(${iconOf(model)}) ${model.title}`,
    description: description.join(' · '),
    // The line is cut at its end, where the longest sentences are.
    detail: [...placeOf(list, model), ...speed, ...use, ...licence, ...fitSentence(model), ...model.notes].join(' '),
    target: { kind: 'model', model },
    buttons: buttonsOf(model),
  };
}

/** Measured or predicted, and what can be promised with it. */
function speedSentences({ speed, forecast }: ListedModel): string[] {
  if (forecast === undefined) return speed === undefined ? [] : [l10n.t('{0}.', capitalized(speedOf(speed)))];
  const words = speedOf(forecast.speed);
  const fast = forecast.isMeasured
    ? l10n.t('{0}.', capitalized(words))
    : l10n.t('Predicted for this machine: {0}.', words);
  if (forecast.promiseMs === undefined) return [fast];
  return [fast, l10n.t('Can promise {0} to the first token.', formatDuration(forecast.promiseMs))];
}

const capitalized = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** Of a file that cannot be used its notes say why, and nothing else matters. */
function fitSentence({ fit, serves }: ListedModel): string[] {
  if (fit !== undefined) return [fit.message];
  return serves.length === 0 ? [] : [l10n.t('Whether it fits is not known.')];
}

function iconOf(model: ListedModel): string {
  if (model.downloading !== undefined || model.state === 'loading') return 'sync~spin';
  if (!model.installed) return 'cloud-download';
  if (model.state === 'failed') return 'warning';
  return model.state === 'ready' ? 'vm-active' : 'package';
}

/** What comes from an address now, asked for in some window, is no model of the catalog that could be asked for by its name. */
export const canDownload = ({ installed, origin }: ListedModel): boolean => !installed && origin === 'catalog';

function buttonsOf(model: ListedModel): RowButton[] {
  if (!model.installed) return canDownload(model) ? ['download'] : [];
  const use: RowButton[] = model.serves.length === 0 ? [] : ['use'];
  return model.origin === 'embedded' ? use : [...use, 'remove'];
}

function leftoverRow({ name, bytes }: ModelsListResult['leftovers'][number]): Row {
  return {
    id: `leftover ${name}`,
    label: `$(debug-pause) ${name}`,
    description: l10n.t('{0} have come', formatBytes(bytes)),
    detail: l10n.t('Goes on when the model is downloaded again.'),
    target: { kind: 'leftover', name, bytes },
    buttons: ['remove'],
  };
}

function classRow({ list, choices }: RowsInput, name: WireTaskClass): Row {
  const role = list.roles.find((each) => each.role === name);
  const serving = role && list.models.find((model) => isServing(role, model));
  const better = list.models.find((model) => model.name === role?.better);
  const task = taskNames[name];
  return {
    id: `class ${name}`,
    label: l10n.t('{0}: {1}', capitalized(task), serving?.title ?? role?.model ?? l10n.t('no model')),
    description: isAutomatic(choices, name) ? l10n.t('chosen automatically') : l10n.t('chosen by you'),
    detail: [role?.message ?? '', ...(better === undefined ? [] : [l10n.t('{0} would be better.', better.title)])].join(
      ' ',
    ),
    target: { kind: 'class', class: name },
    buttons: [],
  };
}

function actionRows({ choices, hasToken }: RowsInput): Row[] {
  const rows = [
    actionRow('import', 'folder-opened', l10n.t('Import a GGUF file…'), l10n.t('it stays where it is')),
    actionRow('address', 'link', l10n.t('Download from an address…')),
  ];
  const chosen = classes.filter((each) => !isAutomatic(choices, each)).map((each) => taskNames[each]);
  if (chosen.length > 0) {
    const description = l10n.t('now chosen by you: {0}', listed(chosen));
    rows.push(actionRow('automatic', 'wand', l10n.t('Choose automatically for everything'), description));
  }
  if (hasToken) rows.push(actionRow('forgetToken', 'key', l10n.t('Forget the access token')));
  return rows;
}

function actionRow(action: RowAction, icon: string, words: string, description = ''): Row {
  const label = `$(${icon}) ${words}`;
  return { id: `action ${action}`, label, description, detail: '', target: { kind: 'action', action }, buttons: [] };
}
