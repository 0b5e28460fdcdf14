/** Findings and facts as a text. What may not be given to others is not in them any more (index.ts). Pure. */
import type { FindingSaid as Finding } from '../protocol.ts';
import type { Facts } from './facts.ts';

const titles: Readonly<Record<Finding['level'], string>> = { problem: 'Problems', note: 'Notes', ok: 'In order' };

export function reportOf(facts: Facts, findings: readonly Finding[]): string {
  const count = findings.filter(({ level }) => level === 'problem').length;
  const verdict =
    count === 0 ? 'No problem was found.' : `${count} ${count === 1 ? 'problem was' : 'problems were'} found.`;
  const sections = (['problem', 'note', 'ok'] as const).flatMap((level) => section(level, findings));
  const data = ['## Facts', '', '```json', JSON.stringify(facts, undefined, 2), '```', ''];
  return ['# Punctual: diagnosis', '', verdict, '', ...sections, ...data].join('\n');
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
