/** What can be done with one model, and which models can do one kind of task: the lists behind *Punctual: Models…*. Pure, without vscode. */
import path from 'node:path';
import type { ListedModel, ModelsListResult, WireTaskClass } from '../runtime/protocol.ts';
import { l10n } from './l10n.ts';
import {
  choiceFor,
  choiceOf,
  type ModelChoices,
  type SettingUpdate,
  useFor,
  useForAll,
  withoutModel,
} from './model-choices.ts';
import { classes, isClass, isServing, placeOf, servedBy, sizeOf, stateOf, taskNames, tasksOf } from './model-words.ts';

export type MenuAct =
  | { readonly kind: 'write'; readonly updates: readonly SettingUpdate[] }
  | { readonly kind: 'download' }
  | { readonly kind: 'remove' };

export interface MenuRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly act: MenuAct;
}

/** What to do with a model that is there; how its tasks are chosen comes first. */
export function modelMenu(list: ModelsListResult, choices: ModelChoices, model: ListedModel): MenuRow[] {
  if (!model.installed) return [menuRow(l10n.t('Download {0}', sizeOf(model)), { kind: 'download' })];
  const served = model.serves.filter(isClass);
  const choice = choiceOf(model);
  const isChosen = (name: WireTaskClass) => choiceFor(choices, name) === choice;
  const single = served.map((name) =>
    menuRow(
      l10n.t('Use for {0}', taskNames[name]),
      { kind: 'write', updates: useFor(name, choice) },
      isChosen(name) ? l10n.t('chosen') : instead(list, model, name),
    ),
  );
  const all =
    served.length < classes.length
      ? []
      : [menuRow(l10n.t('Use for everything'), { kind: 'write', updates: useForAll(choices, choice) })];
  const remove = isKeptByUs(list, model) ? l10n.t('Delete this model…') : l10n.t('Forget this model…');
  return [...all, ...single, ...(model.origin === 'embedded' ? [] : [menuRow(remove, { kind: 'remove' })])];
}

/** The models that can do one kind of task; `undefined` is the setting for everything. */
export function classMenu(list: ModelsListResult, choices: ModelChoices, name: WireTaskClass): MenuRow[] {
  const own = choices.models[name];
  const mark = (choice: string | undefined) => (choice === own ? l10n.t('chosen') : '');
  const write = (value: string | undefined): MenuAct => ({ kind: 'write', updates: useFor(name, value) });
  const able = list.models.filter((model) => model.installed && model.serves.includes(name));
  const rows = [
    menuRow(l10n.t('Automatic'), write('auto'), mark('auto'), l10n.t('The best of the installed models.')),
    ...able.map((model) => {
      const choice = choiceOf(model);
      const description = [sizeOf(model), stateOf(model), mark(choice)].filter((part) => part !== '');
      return menuRow(model.title, write(choice), description.join(' · '), detailOf(list, model));
    }),
  ];
  const isListed = own === undefined || own === 'auto' || able.some((model) => choiceOf(model) === own);
  const current = isListed
    ? []
    : [menuRow(own, write(own), l10n.t('chosen'), l10n.t('It is not here, or it cannot do this.'))];
  const shared = menuRow(
    l10n.t('As for everything else'),
    write(undefined),
    mark(undefined),
    l10n.t('{0} is {1}.', 'punctual.model', choices.model),
  );
  return [shared, ...rows, ...current];
}

/** After a download: what the new model could take over, one row for each kind of task that another one does now. */
export function offers(list: ModelsListResult, model: ListedModel): MenuRow[] {
  const serving = servedBy(list, model);
  const free = model.serves.filter(isClass).filter((name) => !serving.includes(name));
  return free.map((name) =>
    menuRow(l10n.t('Use for {0}', taskNames[name]), { kind: 'write', updates: useFor(name, choiceOf(model)) }),
  );
}

/** What a person should know before many bytes come: one line each. */
export function downloadFacts({ fit, licence, serves, notes }: ListedModel): string[] {
  const size = fit === undefined ? [l10n.t('Whether it fits is not known.')] : [fit.message];
  const terms = licence === undefined ? [] : [l10n.t('Licence: {0}.', licence)];
  return [l10n.t('It serves {0}.', tasksOf(serves)), ...size, ...terms, ...notes];
}

export interface Removal {
  readonly question: string;
  readonly detail: string;
  /** Of the button. */
  readonly verb: string;
  /** Settings that name the model. */
  readonly updates: readonly SettingUpdate[];
}

/** Whether its file lies in the models folder, whoever put it there: then removing deletes it. Elsewhere it is the user's alone. */
function isKeptByUs({ folder }: ModelsListResult, { file }: ListedModel): boolean {
  return file !== undefined && path.join(folder, path.basename(file)) === path.normalize(file);
}

export function removalOf(list: ModelsListResult, choices: ModelChoices, model: ListedModel): Removal {
  const updates = withoutModel(choices, choiceOf(model));
  const settings = updates.length === 0 ? [] : [l10n.t('Your settings name it; they will no longer.')];
  const { file } = model;
  const stays = file === undefined ? l10n.t('The file stays at its place.') : l10n.t('The file stays at {0}.', file);
  return isKeptByUs(list, model)
    ? {
        question: l10n.t('Delete {0}?', model.title),
        detail: [l10n.t('This frees {0} on disk.', sizeOf(model)), ...settings].join(' '),
        verb: l10n.t('Delete'),
        updates,
      }
    : {
        question: l10n.t('Forget {0}?', model.title),
        detail: [stays, ...settings].join(' '),
        verb: l10n.t('Forget'),
        updates,
      };
}

function detailOf(list: ModelsListResult, model: ListedModel): string | undefined {
  return [...placeOf(list, model), ...(model.fit === undefined ? [] : [model.fit.message])].join(': ') || undefined;
}

function instead(list: ModelsListResult, model: ListedModel, name: WireTaskClass): string {
  const serving = list.roles.find(({ role }) => role === name);
  if (serving?.model === undefined) return '';
  if (isServing(serving, model)) return l10n.t('in use, chosen automatically');
  return l10n.t('instead of {0}', list.models.find((each) => isServing(serving, each))?.title ?? serving.model);
}

function menuRow(label: string, act: MenuAct, description = '', detail = ''): MenuRow {
  return { label, description, detail, act };
}
