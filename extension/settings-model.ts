/** The settings as data: which there are, and how what the user wrote becomes a valid snapshot. Pure, without vscode. */
import { clientSettingsSchema, type SaidSettings } from '../runtime/protocol.ts';

/** Members of the wire's settings, as they are named after `punctual.` in package.json. */
export const wireSettingKeys = [
  'model',
  'models.completion',
  'models.summarize',
  'models.translate',
  'memory',
  'residency',
  'substitution',
  'threads',
  'completion.targetMs',
  'completion.maxTokens',
  'completion.context',
  'completion.contextExclude',
  'summarize.targetMs',
  'summarize.maxTokens',
  'translate.targetMs',
  'translate.maxTokens',
  'downloads',
  'telemetry',
] as const;

/** Members of the wire's settings that are no settings of ours, with the settings of VS Code that take their place. */
export const editorKeys = { 'downloads.proxy': 'http.proxy', 'downloads.noProxy': 'http.noProxy' } as const;
type EditorKey = keyof typeof editorKeys;

export const isEditorKey = (key: string): key is EditorKey => Object.hasOwn(editorKeys, key);

/** Members that the wire leaves out when they say nothing; in the settings they are an empty text, which is what VS Code shows. */
const optionalKeys: ReadonlySet<string> = new Set([
  'models.completion',
  'models.summarize',
  'models.translate',
  'downloads.mirror',
  'downloads.certificates',
  ...Object.keys(editorKeys),
]);

/** Promises that may be left to the runtime, with the class that each is for. */
const promiseKeys: ReadonlyMap<string, string> = new Map([
  ['completion.targetMs', 'completion'],
  ['summarize.targetMs', 'summarize'],
  ['translate.targetMs', 'translate'],
]);
const automatic = 'auto';

/** Settings, and members of them, that are objects with members of their own. */
const objectKeys: ReadonlySet<string> = new Set(['residency', 'residency.weights', 'downloads', 'telemetry']);

/** Of the objects those that are the user's alone, as is what they name: files, addresses, memory. See {@link usersOwn}. */
export const isUsersOwn = (key: string): boolean => ['residency', 'downloads', 'telemetry'].includes(key);

export const idleMinutesDefault = 10;
export const idleMinutesMin = 1;
export const idleMinutesMax = 1440;

export interface SettingsSnapshot {
  /** What the runtime is told. */
  readonly wire: SaidSettings;
  /** How long a runtime that this window starts lives without clients. */
  readonly runtimeIdleMinutes: number;
  /** Keys whose value was not usable: their default counts. For the log. */
  readonly rejected: readonly string[];
}

/** VS Code marks a wrong value in settings.json but hands it out all the same, so one bad value must not take the others with it. */
export function settingsSnapshot(read: (key: string) => unknown): SettingsSnapshot {
  const rejected: string[] = [];
  const raw: Record<string, unknown> = {};
  const left: string[] = [];
  for (const key of [...wireSettingKeys, ...Object.keys(editorKeys)]) {
    for (const [part, inner] of partsOf(key, read(key))) {
      const value = meant(part, inner);
      if (value === undefined) continue;
      const promised = value === automatic ? promiseKeys.get(part) : undefined;
      if (promised !== undefined) {
        left.push(promised);
        continue;
      }
      // The way of the network is the editor's: as a member of ours it would be a second one.
      const isOurs = part === key || !isEditorKey(part);
      if (isOurs && isUsable(part, value)) nest(raw, part, value);
      else rejected.push(part);
    }
  }
  const idle = read('runtime.idleMinutes') ?? idleMinutesDefault;
  const idleUsable = typeof idle === 'number' && idle >= idleMinutesMin && idle <= idleMinutesMax;
  if (!idleUsable) rejected.push('runtime.idleMinutes');
  return Object.freeze({
    wire: clientSettingsSchema.parse({ ...raw, automatic: left }),
    runtimeIdleMinutes: idleUsable ? idle : idleMinutesDefault,
    rejected,
  });
}

/** What VS Code's `inspect` says of a setting, as far as it counts here. */
export interface Inspected {
  readonly defaultValue?: unknown;
  /** Of the user's own settings, here and on the remote machine. */
  readonly globalValue?: unknown;
}

/**
 * A setting that is an object, as the user has it. VS Code keeps a workspace from setting `punctual.downloads`, which is declared for the
 * machine, but not from setting `punctual.downloads.mirror`, of which it knows nothing, and then hands out both as one object. So what
 * a workspace says of such a setting is never asked for; what the user says under a name with a dot counts.
 */
export function usersOwn({ defaultValue, globalValue }: Inspected): unknown {
  if (!isRecord(globalValue) || !isRecord(defaultValue)) return globalValue ?? defaultValue;
  return { ...defaultValue, ...globalValue };
}

export interface EditorNetwork {
  /** `http.proxy`. */
  readonly proxy: unknown;
  /** `http.noProxy`: a list of hosts. */
  readonly noProxy: unknown;
  /** `http.proxySupport`: extensions use no proxy when it is `off`. */
  readonly support: unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The way of downloads on the editor's word. A proxy of the environment goes first: it reaches the runtime by itself, with NO_PROXY. */
export function editorProxy({ proxy, noProxy, support, env }: EditorNetwork): Partial<Record<EditorKey, unknown>> {
  const inEnvironment = env['HTTPS_PROXY'] || env['https_proxy'];
  if (inEnvironment || support === 'off' || !proxy) return {};
  return {
    'downloads.proxy': proxy,
    'downloads.noProxy': Array.isArray(noProxy)
      ? noProxy.filter((host) => typeof host === 'string').join(',')
      : undefined,
  };
}

/** The members of a setting that is an object, each as a setting of its own: one that is wrong does not take the others with it. */
function partsOf(key: string, value: unknown): [key: string, value: unknown][] {
  if (!objectKeys.has(key) || !isRecord(value) || Array.isArray(value)) return [[key, value]];
  return Object.entries(value).flatMap(([name, inner]) => partsOf(`${key}.${name}`, inner));
}

function isUsable(key: string, value: unknown): boolean {
  const parsed = clientSettingsSchema.safeParse(nest({}, key, value));
  // The wire passes over what it does not know; here it is a slip of the pen.
  return parsed.success && valueAt(parsed.data, key.split('.')) !== undefined;
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return isRecord(value) ? valueAt(value[name], rest) : undefined;
}

function meant(key: string, value: unknown): unknown {
  const text = typeof value === 'string' ? value.trim() : value;
  return text === '' && optionalKeys.has(key) ? undefined : text;
}

/** Sets `a.b` in `target`, making the object between. */
function nest(target: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  const [first = key, ...rest] = key.split('.');
  if (rest.length === 0) {
    target[first] = value;
    return target;
  }
  const inner = target[first];
  target[first] = nest(isRecord(inner) ? inner : {}, rest.join('.'), value);
  return target;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
