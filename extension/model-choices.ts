/** Which model the settings name for which kind of task, and what to write there when the user picks another. Pure, without vscode. */
import type { ClientSettings, ListedModel, WireTaskClass } from '../runtime/protocol.ts';
import { classes } from './model-words.ts';

/** `punctual.model` and `punctual.models.*`. */
export type ModelChoices = Pick<ClientSettings, 'model' | 'models'>;

/** A setting to write, named after `punctual.`; without a value it is cleared. */
export interface SettingUpdate {
  readonly key: string;
  readonly value: string | number | undefined;
}

/** What the setting for one kind of task leads to: its own, else that for everything. */
export function choiceFor({ model, models }: ModelChoices, name: WireTaskClass): string {
  return models[name] ?? model;
}

export const isAutomatic = (choices: ModelChoices, name: WireTaskClass): boolean => choiceFor(choices, name) === 'auto';

/** How a setting names a model: imported files by their path, since two of them may have the same name. */
export function choiceOf({ origin, name, file }: Pick<ListedModel, 'origin' | 'name' | 'file'>): string {
  switch (origin) {
    case 'embedded':
      return 'embedded';
    case 'imported':
      return file ?? name;
    case 'catalog':
      return name;
    default:
      return origin satisfies never;
  }
}

/** `value` counts for one kind of task; undefined: `punctual.model` counts again. */
export function useFor(name: WireTaskClass, value: string | undefined): SettingUpdate[] {
  return [{ key: `models.${name}`, value }];
}

/** `value` counts for everything: what was said for single kinds of task is taken back, or it would go before. */
export function useForAll({ models }: ModelChoices, value: string): SettingUpdate[] {
  const said = classes.filter((each) => models[each] !== undefined);
  // `auto` is the default: the user's file stays short.
  return [
    { key: 'model', value: value === 'auto' ? undefined : value },
    ...said.flatMap((each) => useFor(each, undefined)),
  ];
}

/** The settings that name a model which is about to go; they would lead nowhere. */
export function withoutModel({ model, models }: ModelChoices, gone: string): SettingUpdate[] {
  const single = classes.filter((each) => models[each] === gone).flatMap((each) => useFor(each, undefined));
  return model === gone ? [{ key: 'model', value: undefined }, ...single] : single;
}
