/** package.json and the wire's schema say the same: defaults, limits and the list of settings stand once in effect, twice in text. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  idleMinutesDefault,
  idleMinutesMax,
  idleMinutesMin,
  settingsSnapshot,
  wireSettingKeys,
} from '../../extension/settings-model.ts';
import { clientSettingsSchema } from '../../runtime/protocol.ts';

interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly order: number;
  readonly scope: string;
  readonly markdownDescription: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const properties: Record<string, Property> = manifest.contributes.configuration.properties;

function property(key: string): Property {
  const found = properties[`punctual.${key}`];
  if (found === undefined) throw new Error(`package.json has no punctual.${key}`);
  return found;
}

/** A snapshot with one setting written by the user and the others at package.json's defaults. */
function snapshotWith(key: string, value: unknown) {
  return settingsSnapshot((asked) => (asked === key ? value : property(asked).default));
}

describe('package.json', () => {
  test('when nothing is set, then its defaults are the protocol’s', () => {
    const snapshot = settingsSnapshot((key) => property(key).default);
    expect(snapshot.wire).toEqual(clientSettingsSchema.parse({}));
    expect(snapshot.runtimeIdleMinutes).toBe(idleMinutesDefault);
    expect(snapshot.rejected).toEqual([]);
  });

  test('when the settings are listed, then they are those that the extension reads, and few', () => {
    const keys = ['enable', ...wireSettingKeys, 'runtime.idleMinutes'].map((key) => `punctual.${key}`);
    expect(Object.keys(properties).sort()).toEqual(keys.sort());
    expect(keys.length).toBeLessThanOrEqual(12);
  });

  test('when the wire has a member, then it is a setting', () => {
    const leaves = Object.entries(clientSettingsSchema.parse({})).flatMap(([key, value]) =>
      typeof value === 'object' ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key],
    );
    expect(leaves.sort()).toEqual([...wireSettingKeys].sort());
  });

  const numeric = [...wireSettingKeys, 'runtime.idleMinutes'].filter((key) => property(key).type !== 'string');
  test.each(numeric)(
    'when punctual.%s is at its limits, then it is accepted, and just beyond them it is not',
    (key) => {
      const { minimum, maximum } = property(key);
      if (minimum === undefined || maximum === undefined) throw new Error(`punctual.${key} has no limits`);
      for (const value of [minimum, maximum]) expect(snapshotWith(key, value).rejected).toEqual([]);
      for (const value of [minimum - 1, maximum + 1]) expect(snapshotWith(key, value).rejected).toEqual([key]);
    },
  );

  test('when a setting is shown, then it is described and has its own place', () => {
    const all = Object.values(properties);
    for (const { markdownDescription } of all) expect(markdownDescription.length).toBeGreaterThan(20);
    expect(new Set(all.map(({ order }) => order)).size).toBe(all.length);
  });

  test('when a setting names a file or spends the machine, then a workspace cannot set it', () => {
    for (const key of ['model', 'threads', 'runtime.idleMinutes']) expect(property(key).scope).toBe('machine');
    expect(property('enable').scope).toBe('language-overridable');
  });

  test('when keys are looked for, then none is taken from the user', () => {
    expect(manifest.contributes.keybindings).toBeUndefined();
  });

  test('when a menu or a link names a command, then that command is contributed', () => {
    const commands = new Set(manifest.contributes.commands.map((entry: { command: string }) => entry.command));
    const menus: { command?: string }[][] = Object.values(manifest.contributes.menus);
    const used = menus.flat().flatMap(({ command }) => (command === undefined ? [] : [command]));
    const links = Object.values(properties).flatMap(({ markdownDescription }) =>
      [...markdownDescription.matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1]),
    );
    for (const command of [...used, ...links]) expect(commands).toContain(command);
  });
});

describe('a snapshot', () => {
  test('when one value cannot be used, then only that one falls back to its default', () => {
    const values: Record<string, unknown> = {
      threads: -3,
      'completion.targetMs': 'fast',
      'translate.maxTokens': 99,
      model: '/m.gguf',
    };
    const snapshot = settingsSnapshot((key) => values[key]);
    expect(snapshot.wire).toMatchObject({
      model: '/m.gguf',
      threads: 0,
      completion: { targetMs: 500 },
      translate: { maxTokens: 99 },
    });
    expect(snapshot.rejected).toEqual(['threads', 'completion.targetMs']);
  });

  test('when the idle time is out of its limits, then the default counts', () => {
    for (const value of [idleMinutesMin / 2, idleMinutesMax + 1, 'long']) {
      expect(snapshotWith('runtime.idleMinutes', value).runtimeIdleMinutes).toBe(idleMinutesDefault);
    }
  });

  test('when a feature tries to change it, then it cannot', () => {
    expect(Object.isFrozen(settingsSnapshot(() => undefined))).toBe(true);
  });
});
