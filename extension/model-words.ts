/** How models are spoken of: tasks by their names, sizes, what a model is doing. Pure, without vscode. */
import {
  type ListedModel,
  type ModelsListResult,
  type PullProgress,
  type Speed,
  taskClassSchema,
  type WireRole,
  type WireTaskClass,
} from '../runtime/protocol.ts';
import { formatBytes, formatDuration } from './format.ts';
import { l10n } from './l10n.ts';

/** The kinds of task that have a model of their own in the settings. Code that is asked for in a sentence is written by the model for everything. */
export const classes = ['completion', 'summarize', 'translate'] as const satisfies readonly WireTaskClass[];

/** Read when it is shown, as the language of the editor is not known before. */
export const taskNames = {
  get completion() {
    return l10n.t('completion');
  },
  get summarize() {
    return l10n.t('summaries');
  },
  get translate() {
    return l10n.t('translations');
  },
  get generate() {
    return l10n.t('generated code');
  },
  get chat() {
    return l10n.t('chat');
  },
} satisfies Record<WireRole, string>;

export const isClass = (role: WireRole): role is WireTaskClass => taskClassSchema.safeParse(role).success;

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.length === 0) return last;
  return l10n.t('{0} and {1}', before.join(l10n.t(', ')), last);
}

/** `ready, model Small, loading`; what is absent is left out. */
export function phrases(first: string, ...more: readonly (string | undefined)[]): string {
  return more.filter((each) => each !== undefined).reduce((all, each) => l10n.t('{0}, {1}', all, each), first);
}

/** `completion and summaries`. */
export const tasksOf = (roles: readonly WireRole[]): string => listed(roles.map((role) => taskNames[role]));

/** `1.6 GB`, `about 1.6 GB`. */
export function sizeOf({ bytes, isEstimate }: Pick<ListedModel, 'bytes' | 'isEstimate'>): string {
  return isEstimate ? l10n.t('about {0}', formatBytes(bytes)) : formatBytes(bytes);
}

/** One or two words: what the model is doing, or that it could come. A download counts before all else: it is what changes. */
export function stateOf(model: ListedModel): string {
  if (model.downloading !== undefined) return l10n.t('downloading {0}', percent(model.downloading));
  if (!model.installed) return l10n.t('available');
  switch (model.state) {
    case 'ready':
      return l10n.t('loaded');
    case 'loading':
      return l10n.t('loading');
    case 'failed':
      return l10n.t('failed to load');
    case 'unloaded':
    case undefined:
      return l10n.t('installed');
    default:
      return model.state satisfies never;
  }
}

/** `prefill 3400, decode 210 tokens/s`. */
export function speedOf({ prefillTokensPerSecond, decodeTokensPerSecond }: Speed): string {
  const figure = (value: number) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
  return l10n.t('prefill {0}, decode {1} tokens/s', figure(prefillTokensPerSecond), figure(decodeTokensPerSecond));
}

type Role = ModelsListResult['roles'][number];

/** Whether the runtime means this model: several may have one name, as may the files of one model. */
export function isServing(role: Role, { name, file, installed }: ListedModel): boolean {
  return installed && role.model === name && (role.file === undefined || role.file === file);
}

/** The classes that this model serves now. */
export function servedBy(list: ModelsListResult, model: ListedModel): WireTaskClass[] {
  return classes.filter((each) => list.roles.some((role) => role.role === each && isServing(role, model)));
}

/** Where its file is, if another installed model looks the same without it. */
export function placeOf(list: ModelsListResult, { title, quantization, file }: ListedModel): string[] {
  const alike = list.models.filter(
    (each) => each.installed && each.title === title && each.quantization === quantization,
  );
  return file === undefined || alike.length < 2 ? [] : [file];
}

/** What the settings lead to: the runtime's sentence about one kind of task, or one about several of them. */
export function servingSentence(list: ModelsListResult, concerned: readonly WireTaskClass[]): string {
  const roles = list.roles.filter(({ role, model }) => model !== undefined && concerned.some((each) => each === role));
  const [only] = roles;
  if (only !== undefined && roles.length === 1) return only.message;
  const names = [...new Set(roles.map(({ model }) => model))];
  const parts = names.map((name) => {
    const title = list.models.find((each) => each.installed && each.name === name)?.title ?? name ?? '';
    const tasks = tasksOf(roles.filter(({ model }) => model === name).map(({ role }) => role));
    return l10n.t('{0} does {1}', title, tasks);
  });
  return l10n.t('{0}.', parts.join('; '));
}

/** `412 MB of 1.6 GB, 12 MB/s, 2 min left`; before it what else the runtime does than downloading, behind it what it has to say. */
export function progressText(progress: PullProgress): string {
  const { phase, message, doneBytes, totalBytes, bytesPerSecond, remainingMs } = progress;
  const come =
    totalBytes === undefined
      ? formatBytes(doneBytes)
      : l10n.t('{0} of {1}', formatBytes(doneBytes), formatBytes(totalBytes));
  const speed = bytesPerSecond === undefined || bytesPerSecond < 1 ? [] : [`${formatBytes(bytesPerSecond)}/s`];
  const left = remainingMs === undefined ? [] : [l10n.t('{0} left', formatDuration(remainingMs))];
  const begin = phase === 'downloading' ? [] : [phaseWords(phase)];
  // Before there are any bytes, nothing is said of them.
  const done = begin.length > 0 && doneBytes === 0 ? [] : [come];
  const said = message === undefined ? '' : `. ${message}`;
  return `${[...begin, ...done, ...speed, ...left].join(', ')}${said}`;
}

/** The runtime may know more of them than this extension does. */
function phaseWords(phase: string): string {
  const words: Readonly<Record<string, string>> = {
    connecting: l10n.t('connecting'),
    waiting: l10n.t('waiting'),
    verifying: l10n.t('verifying'),
  };
  return words[phase] ?? phase;
}

/** What a person is asked whose download is not the file that its first download was. */
export interface TrustQuestion {
  readonly text: string;
  readonly again: string;
  readonly trust: string;
}

/** @param sentence the runtime's, with both hashes. */
export function trustQuestion(sentence: string): TrustQuestion {
  const trust = l10n.t('Trust the New File');
  const meaning = l10n.t(
    'Once you know that its publisher has replaced it, {0} downloads it as it is now, and expects this file from then on.',
    trust,
  );
  return { text: `${sentence} ${meaning}`, again: l10n.t('Download Again'), trust };
}

/** Never 100% before the end. @param share 0 to 1 */
export function percent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)}%`;
}
