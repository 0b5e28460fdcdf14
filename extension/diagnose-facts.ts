/** What only the editor knows of why there is or is no ghost text, as the runtime's probe is told it. Pure, without vscode. */
import { withoutPlaces } from '../runtime/client/places.ts';
import type { ClientFacts, DiagnoseResult, Finding, Remedy } from '../runtime/protocol.ts';
import { l10n } from './l10n.ts';

/** Known to give inline completions; the API does not tell who does. */
const completers: ReadonlySet<string> = new Set([
  'github.copilot',
  'github.copilot-chat',
  'codeium.codeium',
  'continue.continue',
  'tabnine.tabnine-vscode',
  'supermaven.supermaven',
  'sourcegraph.cody-ai',
  'amazonwebservices.amazon-q-vscode',
  'amazonwebservices.codewhisperer-for-command-line-companion',
  'google.geminicodeassist',
  'visualstudioexptteam.vscodeintellicode-completions',
  'tabbyml.vscode-tabby',
  'ggml-org.llama-vscode',
  'blackboxapp.blackbox',
  'jetbrains.jetbrains-ai-assistant',
]);

/** @param extensions identifiers of those that are enabled */
export function otherCompleters(extensions: readonly string[]): string[] {
  return extensions.filter((id) => completers.has(id.toLowerCase())).toSorted();
}

/** The kind of remote, such as `ssh-remote`. Some editors name the host there, which is nobody's business. */
export function remoteKind(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const [kind = ''] = name.split('+');
  return /^[a-z][a-z-]*$/.test(kind) ? kind : 'another machine';
}

/** What a button runs. */
export interface EditorAct {
  readonly command: string;
  readonly argument?: string;
}

export function actFor(remedy: Remedy, setting: string | undefined): EditorAct {
  switch (remedy) {
    case 'models':
    case 'restartRuntime':
    case 'calibrate':
    case 'showLog':
    case 'resume':
      return { command: `punctual.${remedy}` };
    case 'openSetting':
      return { command: 'workbench.action.openSettings', argument: setting ?? 'punctual' };
    case 'manageTrust':
      return { command: 'workbench.trust.manage' };
    case 'manageExtensions':
      return { command: 'workbench.view.extensions' };
    default:
      return remedy satisfies never;
  }
}

/**
 * Without a runtime there is one thing to find out, and nobody else to say it.
 * @param homes folders of the user, of which no report tells.
 */
export function withoutRuntime(client: ClientFacts, message: string, homes: readonly string[]): DiagnoseResult {
  const title = l10n.t('There is no runtime.');
  const action = { title: l10n.t('Show the log'), remedy: 'showLog' } as const;
  const detail = withoutPlaces(message, homes);
  const finding: Finding = { id: 'runtime', level: 'problem', title, detail, action };
  const facts = JSON.stringify({ client }, undefined, 2);
  const markdown = `# Punctual: diagnosis\n\n- ${title} ${detail}\n\n\`\`\`json\n${facts}\n\`\`\`\n`;
  return { findings: [finding], markdown, facts: { client } };
}

/** A finding as a row of a list: what can be done stands in it. */
export interface FindingRow {
  readonly label: string;
  readonly detail: string;
  readonly act: EditorAct;
}

const icons: Readonly<Record<Finding['level'], string>> = { problem: 'error', note: 'info', ok: 'pass' };

/** Those about which something can be done. */
export function rowsOf(findings: readonly Finding[]): FindingRow[] {
  return findings.flatMap(({ level, title, action }) =>
    action === undefined
      ? []
      : [{ label: `$(${icons[level]}) ${action.title}`, detail: title, act: actFor(action.remedy, action.setting) }],
  );
}

/** One sentence for the end. */
export function verdictOf(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const [problems, notes] = [count('problem'), count('note')];
  if (problems === 0 && notes === 0) return l10n.t('Punctual: everything is in order.');
  if (problems === 0) return l10n.t('Punctual: no problem was found; notes: {0}.', notes);
  return l10n.t('Punctual: problems found: {0}; notes: {1}.', problems, notes);
}
