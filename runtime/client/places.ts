/** What is given to others says nothing of where somebody keeps his files. Pure. */
import { Sentence } from '../core/sentence.ts';

/** What begins with a folder of somebody's, on any system. */
const foreignHome = /(?:\/(?:home|Users)\/|[A-Za-z]:(?:\\{1,2}|\/)Users(?:\\{1,2}|\/))[^/\\\s"'`)]+/g;
/** An absolute path, or one from `~` on, with the last of its names. Folders may have spaces in their names. */
const place = /(?<![\w.:/\\~])(~|\/|[A-Za-z]:[\\/])(?:[\\/]*[^/\\\n"'`):,;]{1,80}(?=[\\/]))*[/\\]+([^/\\\s"'`)]+)/g;

/** What may stand before a path in place of nothing. */
const fileScheme = /\bfile:\/\/(?=\/)/g;

/**
 * Of a path only the last name is left, which people know of model files; what lies between says how somebody lives.
 * @param homes folders of the user, which become `~` wherever they stand.
 */
export function withoutPlaces(text: string, homes: readonly string[]): string {
  const known = homes.filter((home) => home.length > 1).toSorted((a, b) => b.length - a.length);
  const spelled = known.flatMap((home) => [home, home.replaceAll('\\', '\\\\'), home.replaceAll('\\', '/')]);
  const plain = text.replace(fileScheme, '');
  const homeless = spelled.reduce((rest, home) => rest.replaceAll(home, '~'), plain).replace(foreignHome, '~');
  return homeless.replace(place, (_, root: string, name: string) => `${root === '~' ? '~/' : ''}…/${name}`);
}

/** The same of every text in data. */
export function dataWithoutPlaces<T>(data: T, homes: readonly string[]): T {
  return cleaned(data, homes) as T;
}

function cleaned(value: unknown, homes: readonly string[]): unknown {
  if (typeof value === 'string') return withoutPlaces(value, homes);
  if (value instanceof Sentence) {
    const args = value.args.map((each) => (typeof each === 'number' ? each : dataWithoutPlaces(each, homes)));
    return new Sentence(value.template, args);
  }
  if (Array.isArray(value)) return value.map((each) => cleaned(each, homes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cleaned(each, homes)]));
}
