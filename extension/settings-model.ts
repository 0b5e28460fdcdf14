/** The settings as data: which there are, and how what the user wrote becomes a valid snapshot. Pure, without vscode. */
import { type ClientSettings, clientSettingsSchema } from '../runtime/protocol.ts';

/** Members of the wire's settings, as they are named after `punctual.` in package.json. */
export const wireSettingKeys = [
  'model',
  'threads',
  'completion.targetMs',
  'completion.maxTokens',
  'summarize.targetMs',
  'summarize.maxTokens',
  'translate.targetMs',
  'translate.maxTokens',
] as const;

export const idleMinutesDefault = 10;
export const idleMinutesMin = 1;
export const idleMinutesMax = 1440;

export interface SettingsSnapshot {
  /** What the runtime is told. */
  readonly wire: ClientSettings;
  /** How long a runtime that this window starts lives without clients. */
  readonly runtimeIdleMinutes: number;
  /** Keys whose value was not usable: their default counts. For the log. */
  readonly rejected: readonly string[];
}

/** VS Code marks a wrong value in settings.json but hands it out all the same, so one bad value must not take the others with it. */
export function settingsSnapshot(read: (key: string) => unknown): SettingsSnapshot {
  const rejected: string[] = [];
  const raw: Record<string, unknown> = {};
  for (const key of wireSettingKeys) {
    const single = nest({}, key, read(key));
    if (clientSettingsSchema.safeParse(single).success) nest(raw, key, read(key));
    else rejected.push(key);
  }
  const idle = read('runtime.idleMinutes') ?? idleMinutesDefault;
  const idleUsable = typeof idle === 'number' && idle >= idleMinutesMin && idle <= idleMinutesMax;
  if (!idleUsable) rejected.push('runtime.idleMinutes');
  return Object.freeze({
    wire: clientSettingsSchema.parse(raw),
    runtimeIdleMinutes: idleUsable ? idle : idleMinutesDefault,
    rejected,
  });
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
