/** Findings and facts as a text that can be given to others. Pure. */
import { Sentence, type Words } from '../core/sentence.ts';
import type { FindingSaid as Finding } from '../protocol.ts';
import type { Facts } from './facts.ts';

const titles: Readonly<Record<Finding['level'], string>> = { problem: 'Problems', note: 'Notes', ok: 'In order' };

/** @param homes folders of the user, which become `~` wherever they stand. */
export function reportOf(facts: Facts, findings: readonly Finding[], homes: readonly string[]): string {
  const count = findings.filter(({ level }) => level === 'problem').length;
  const verdict =
    count === 0 ? 'No problem was found.' : `${count} ${count === 1 ? 'problem was' : 'problems were'} found.`;
  const sections = (['problem', 'note', 'ok'] as const).flatMap((level) => section(level, findings));
  const data = ['## Facts', '', '```json', JSON.stringify(facts, undefined, 2), '```', ''];
  return withoutPlaces(['# Punctual: diagnosis', '', verdict, '', ...sections, ...data].join('\n'), homes);
}

function section(level: Finding['level'], findings: readonly Finding[]): string[] {
  const own = findings.filter((finding) => finding.level === level);
  if (own.length === 0) return [];
  return [`## ${titles[level]}`, '', ...own.map(line), ''];
}

function line({ title, detail, action }: Finding): string {
  const more = detail === undefined || detail === '' ? '' : ` ${detail}`;
  const does =
    action === undefined ? '' : ` → ${action.title}${action.setting === undefined ? '' : ` (\`${action.setting}\`)`}.`;
  return `- ${title}${more}${does}`;
}

/** Without places in what it was made of, in any language. */
export function cleaned(finding: Finding, homes: readonly string[]): Finding {
  const clean = (words: Words): Words => {
    if (typeof words === 'string') return withoutPlaces(words, homes);
    const { template, args } = words;
    return new Sentence(
      template,
      args.map((each) => (typeof each === 'number' ? each : clean(each))),
    );
  };
  const { title, detail, action } = finding;
  return {
    ...finding,
    title: clean(title),
    ...(detail !== undefined && { detail: clean(detail) }),
    ...(action && { action }),
  };
}

/** What begins with a folder of somebody's, on any system. */
const foreignHome = /(?:\/(?:home|Users)\/|[A-Za-z]:(?:\\{1,2}|\/)Users(?:\\{1,2}|\/))[^/\\\s"'`)]+/g;
/** An absolute path, or one from `~` on, with the last of its names. Folders may have spaces in their names. */
const place = /(?<![\w.:/\\~])(~|\/|[A-Za-z]:[\\/])(?:[\\/]*[^/\\\n"'`):,;]{1,80}(?=[\\/]))*[/\\]+([^/\\\s"'`)]+)/g;

/** Of a path only the last name is left, which people know of model files; what lies between says how somebody lives. */
export function withoutPlaces(text: string, homes: readonly string[]): string {
  const known = homes.filter((home) => home.length > 1).toSorted((a, b) => b.length - a.length);
  const spelled = known.flatMap((home) => [home, home.replaceAll('\\', '\\\\'), home.replaceAll('\\', '/')]);
  const homeless = spelled.reduce((rest, home) => rest.replaceAll(home, '~'), text).replace(foreignHome, '~');
  return homeless.replace(place, (_, root: string, name: string) => `${root === '~' ? '~/' : ''}…/${name}`);
}
