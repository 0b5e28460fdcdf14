/** package.json and the wire's schema say the same: defaults, limits and the list of settings stand once in effect, twice in text. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  editorKeys,
  editorProxy,
  idleMinutesDefault,
  idleMinutesMax,
  idleMinutesMin,
  isEditorKey,
  isUsersOwn,
  settingsSnapshot,
  usersOwn,
  wireSettingKeys,
} from '../../extension/settings-model.ts';
import { clientSettingsSchema, machineDefaults, substitutionSchema, telemetryOff } from '../../runtime/protocol.ts';
import { manifestIn } from '../l10n/manifest.ts';

interface Property {
  readonly type: string;
  readonly default: unknown;
  readonly order: number;
  readonly scope: string;
  readonly markdownDescription: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: { readonly minLength?: number; readonly maxLength?: number };
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, { readonly pattern?: string; readonly default?: unknown }>>;
  readonly enum?: readonly string[];
}

const manifest = manifestIn('en');
const properties: Record<string, Property> = manifest.contributes.configuration.properties;

function property(key: string): Property {
  const found = properties[`punctual.${key}`];
  if (found === undefined) throw new Error(`package.json has no punctual.${key}`);
  return found;
}

/** The members of a JSON schema that are no objects, as `a.b`. */
function leaves({ properties: members }: z.core.JSONSchema.BaseSchema): string[] {
  return Object.entries(members ?? {}).flatMap(([key, member]) => {
    if (typeof member === 'boolean' || member.properties === undefined) return [key];
    return leaves(member).map((inner) => `${key}.${inner}`);
  });
}

/** A snapshot with one setting written by the user and the others at package.json's defaults. */
function snapshotWith(key: string, value: unknown) {
  return settingsSnapshot((asked) => (asked === key ? value : properties[`punctual.${asked}`]?.default));
}

describe('package.json', () => {
  test('when nothing is set, then its defaults are the protocol’s', () => {
    const snapshot = settingsSnapshot((key) => properties[`punctual.${key}`]?.default);
    const automatic = ['completion', 'summarize', 'translate'];
    expect(snapshot.wire).toEqual({ ...clientSettingsSchema.parse({ automatic }), ...machineDefaults });
    expect(snapshot.runtimeIdleMinutes).toBe(idleMinutesDefault);
    expect(snapshot.rejected).toEqual([]);
  });

  test('when the settings are listed, then they are those that the extension reads, and few', () => {
    const keys = ['enable', ...wireSettingKeys, 'runtime.idleMinutes'].map((key) => `punctual.${key}`);
    expect(Object.keys(properties).sort()).toEqual(keys.sort());
    expect(keys.length).toBeLessThanOrEqual(20);
  });

  test('when the wire has a member, then it is a setting, or the proxy, which VS Code has', () => {
    const members = leaves(z.toJSONSchema(clientSettingsSchema, { io: 'input' }));
    // Members of an object are those of one setting.
    const named = members.map((key) => {
      const [first = key] = key.split('.');
      return !isEditorKey(key) && isUsersOwn(first) ? first : key;
    });
    // Code that is asked for in a sentence has the model for everything, and a promise and a length that nobody sets.
    const set = named.filter((key) => !key.startsWith('generate.') && key !== 'automatic' && key !== 'models.generate');
    expect([...new Set(set)].sort()).toEqual([...wireSettingKeys, ...Object.keys(editorKeys)].sort());
  });

  const numeric = [...wireSettingKeys, 'runtime.idleMinutes'].filter((key) =>
    /^(number|integer)$/.test(property(key).type),
  );
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

  test('when a setting names a file or an address or spends the machine, then a workspace cannot set it', () => {
    const models = ['model', 'models.completion', 'models.summarize', 'models.translate'];
    const machine = ['memory', 'residency', 'threads', 'runtime.idleMinutes'];
    const network = ['downloads', 'telemetry'];
    for (const key of [...models, ...machine, ...network]) expect(property(key).scope).toBe('machine');
    expect(property('enable').scope).toBe('language-overridable');
  });

  test('when a workspace is not trusted, then it sets nothing but promises, lengths and whether completion is on', () => {
    const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    const free = Object.keys(properties).filter((key) => !restricted.includes(key));
    expect(free.sort()).toEqual([
      'punctual.completion.maxTokens',
      'punctual.completion.targetMs',
      'punctual.enable',
      'punctual.summarize.maxTokens',
      'punctual.summarize.targetMs',
      'punctual.translate.maxTokens',
      'punctual.translate.targetMs',
    ]);
    for (const key of restricted) expect(properties).toHaveProperty([key]);
  });

  test('when globs are excluded, then as many and as long ones are taken as the editor lets through', () => {
    const { maxItems = 0, items } = property('completion.contextExclude');
    const { minLength = 0, maxLength = 0 } = items ?? {};
    const globs = (count: number, length: number): string[] => Array.from({ length: count }, () => '*'.repeat(length));
    const rejected = (value: unknown) => snapshotWith('completion.contextExclude', value).rejected;
    expect(rejected(globs(maxItems, maxLength))).toEqual([]);
    expect(rejected(globs(1, minLength))).toEqual([]);
    for (const bad of [globs(maxItems + 1, 1), globs(1, maxLength + 1), globs(1, minLength - 1), '*.sql', [7]])
      expect(rejected(bad)).toEqual(['completion.contextExclude']);
  });

  test.each([
    ['memory', ['auto', '6 GB', '6GiB', '512 MB', '7.5 GB', '50 %', '50%'], ['6', 'half', '-1 GB', '']],
    [
      'downloads.mirror',
      ['', 'https://hub.example/hf', 'http://10.0.0.7:8080'],
      ['hub.example', 'ftp://hub', 'https://a b'],
    ],
    [
      'telemetry.tracesEndpoint',
      ['', 'environment', 'http://127.0.0.1:4318', 'https://collector.example/v1/traces'],
      ['127.0.0.1:4318', 'env', 'https://a b'],
    ],
  ])('when punctual.%s is written, then the editor marks what cannot be meant', (key, good, bad) => {
    const [object = key, member] = key.split('.');
    const { pattern: written } = member === undefined ? property(key) : (property(object).properties?.[member] ?? {});
    const pattern = new RegExp(written ?? 'none');
    const rejected = (value: string) =>
      snapshotWith(object, member === undefined ? value : { [member]: value }).rejected;
    expect(good.filter((value) => !pattern.test(value) || rejected(value).length > 0)).toEqual([]);
    expect(bad.filter((value) => pattern.test(value))).toEqual([]);
  });

  test('when a setting is one of a few words, then they are the wire’s', () => {
    expect(property('substitution').enum).toEqual(substitutionSchema.options);
  });

  test('when keys are looked for, then none is taken from the user but while generated code waits for him', () => {
    const bindings: { command: string; when: string }[] = manifest.contributes.keybindings;
    for (const { command, when } of bindings) {
      expect(command).toMatch(/^punctual\./);
      expect(when.split(' && ')[0]).toMatch(/^punctual\.generate/);
    }
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
      completion: { targetMs: 500 },
      translate: { maxTokens: 99 },
    });
    expect(snapshot.wire.threads, 'of the machine: what stands counts').toBeUndefined();
    expect(snapshot.rejected).toEqual(['threads', 'completion.targetMs']);
  });

  test('when the idle time is out of its limits, then the default counts', () => {
    for (const value of [idleMinutesMin / 2, idleMinutesMax + 1, 'long']) {
      expect(snapshotWith('runtime.idleMinutes', value).runtimeIdleMinutes).toBe(idleMinutesDefault);
    }
  });

  test('when an optional text is cleared, then the wire leaves it out, and a text is taken without the spaces around it', () => {
    const values: Record<string, unknown> = {
      'models.completion': '  ',
      'models.translate': ' qwen2.5-coder-7b-instruct ',
      downloads: { mirror: ' ', certificates: '' },
    };
    const { wire, rejected } = settingsSnapshot((key) => values[key]);
    expect([wire.models, wire.downloads, rejected]).toEqual([{ translate: 'qwen2.5-coder-7b-instruct' }, {}, []]);
    expect(Object.keys(wire.models)).toEqual(['translate']);
  });

  test('when a required text is cleared, then its default counts', () => {
    expect(snapshotWith('model', '').wire.model).toBe('auto');
    expect(snapshotWith('model', '').rejected).toEqual(['model']);
  });

  test('when the editor’s proxy is of a kind that downloads cannot take, then it is named and not sent', () => {
    const { wire, rejected } = snapshotWith('downloads.proxy', 'socks5://10.0.0.1:1080');
    expect([wire.downloads, rejected]).toEqual([{}, ['downloads.proxy']]);
  });

  test('when an object has a member that cannot be used, or the proxy, which VS Code has, then the others count', () => {
    const downloads = { mirror: 'https://hub.example', certificates: 7, proxy: 'http://10.0.0.1' };
    const { wire, rejected } = snapshotWith('downloads', downloads);
    expect(wire.downloads).toEqual({ mirror: 'https://hub.example' });
    expect(rejected).toEqual(['downloads.certificates', 'downloads.proxy']);
    const telemetry = snapshotWith('telemetry', { metricsPort: 70_000, tracesEndpoint: 'environment' });
    expect(telemetry.wire.telemetry).toEqual({ ...telemetryOff, tracesEndpoint: 'environment' });
    expect(telemetry.rejected).toEqual(['telemetry.metricsPort']);
  });

  test('when a feature tries to change it, then it cannot', () => {
    expect(Object.isFrozen(settingsSnapshot(() => undefined))).toBe(true);
  });
});

describe('a setting that is the user’s alone', () => {
  const defaultValue = { mirror: '', certificates: '' };

  test('when a workspace sets a member of it by a name with a dot, then that does not count', () => {
    // As VS Code hands it out: with what the workspace says in `workspaceValue`, and in the value of `get`.
    const inspected = { defaultValue, workspaceValue: { mirror: 'https://evil.example' } };
    expect(usersOwn(inspected)).toEqual(defaultValue);
  });

  test('when the user sets a part of it, then the rest is the default’s', () => {
    expect(usersOwn({ defaultValue, globalValue: { mirror: 'https://hub.example' } })).toEqual({
      mirror: 'https://hub.example',
      certificates: '',
    });
    expect(usersOwn({ defaultValue, globalValue: 'nonsense' })).toBe('nonsense');
    expect(usersOwn({})).toBeUndefined();
  });

  test('when it is an object for the machine, then it is one of those', () => {
    const objects = Object.entries(properties).filter(
      ([, { type, scope }]) => type === 'object' && scope === 'machine',
    );
    expect(objects.map(([key]) => key.replace('punctual.', '')).filter((key) => !isUsersOwn(key))).toEqual([]);
  });
});

describe('the proxy of downloads', () => {
  const proxy = 'http://proxy.example:3128';
  const both = { 'downloads.proxy': proxy, 'downloads.noProxy': 'localhost,.example' };

  test.each([
    ['VS Code has one', { support: 'override', env: {} }, both],
    ['the environment has one too', { support: 'override', env: { HTTPS_PROXY: 'http://other' } }, {}],
    ['the environment has one in small letters', { support: undefined, env: { https_proxy: 'http://x' } }, {}],
    ['the environment’s is empty', { support: undefined, env: { HTTPS_PROXY: '' } }, both],
    ['extensions are to use none', { support: 'off', env: {} }, {}],
  ])('when %s, then that decides', (_case, given, expected) => {
    expect(editorProxy({ proxy, noProxy: ['localhost', '.example'], ...given })).toEqual(expected);
  });

  test('when it is for all hosts, or for those of a list that is none, then no host is left out', () => {
    for (const noProxy of [undefined, [], 'x', [3]]) {
      const network = editorProxy({ proxy, noProxy, support: undefined, env: {} });
      expect(settingsSnapshot((key) => (isEditorKey(key) ? network[key] : undefined)).wire.downloads).toEqual({
        proxy,
      });
    }
  });

  test('when VS Code has none, then the environment alone counts', () => {
    expect(editorProxy({ proxy: '', noProxy: ['a'], support: undefined, env: {} })).toEqual({});
  });
});
