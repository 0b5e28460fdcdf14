/** What the hover of the status bar says: one row per class, the models in memory, the runtime. Pure, without vscode. */
import type { ClassStatus, ModelStatus, Status, WireTaskClass } from '../runtime/protocol.ts';
import { escapeMarkdown, formatBytes, formatDuration, formatShare, plural } from './format.ts';
import { l10n } from './l10n.ts';
import { classes, speedOf } from './model-words.ts';
import { remainingWords } from './pause-text.ts';
import { lightWords, modelFor, progressOf, type StatusInput } from './status-text.ts';

/** Markdown for the hover: one row per class, then the model and the runtime. */
export function statusTooltip(input: StatusInput): string {
  const { connection, status } = input;
  if (connection.kind === 'unavailable') return `**Punctual** has no runtime.\n\n${escapeMarkdown(connection.message)}`;
  if (status === undefined) return '**Punctual** is connecting to its runtime.';
  const restarts = status.engineRestarts === 0 ? '' : `, ${plural(status.engineRestarts, 'engine restart')}`;
  const models = inMemory(input);
  const lines = [
    `**Punctual**: ${lightWords(input.light.state)}. ${l10n.t('Of the last {0}:', formatDuration(status.windowMs))}`,
    '',
    '| Task | Promised | p50 | p95 | On time | Running / waiting | Model |',
    '|:--|:--|--:|--:|--:|--:|:--|',
    ...status.classes.map((entry) => classRow(input, entry)),
    '',
    ...measuredNote(status),
    ...pausedNote(input),
    ...(models.length === 0 ? ['No model is loaded.'] : models),
    '',
    `Runtime ${escapeMarkdown(status.version)}, process ${status.pid}, ${plural(status.clients, 'client')}${restarts}. ${plural(input.accepted, 'suggestion')} accepted in this window.`,
    ...(status.problems ?? []).flatMap((problem) => ['', escapeMarkdown(problem)]),
  ];
  return lines.join('\n');
}

/** What the mark behind a promise means. */
function measuredNote(status: Status): string[] {
  if (status.classes.every(({ automatic }) => automatic === undefined)) return [];
  return [l10n.t('¹ follows from what was measured on this machine (*Punctual: Calibrate Promises…*).'), ''];
}

function pausedNote({ pausedMs }: StatusInput): string[] {
  if (pausedMs === 0) return [];
  return [l10n.t('Completion is paused in this window, {0}.', remainingWords(pausedMs)), ''];
}

const classNames = {
  completion: 'Completion',
  summarize: 'Summary',
  translate: 'Translation',
  generate: 'Generated code',
} satisfies Record<WireTaskClass, string>;

function classRow(input: StatusInput, entry: ClassStatus): string {
  const ttft = entry.sla.kind === 'ttft';
  const measured = ttft ? entry.ttftMs : entry.e2eMs;
  const cells = [
    classNames[entry.class],
    `${ttft ? 'first token' : 'complete'} in ${formatDuration(entry.sla.targetMs)}${entry.automatic === undefined ? '' : ' ¹'}`,
    measured === undefined ? '–' : formatDuration(measured.p50),
    measured === undefined ? '–' : formatDuration(measured.p95),
    entry.decided === 0 ? '–' : `${formatShare(entry.kept, entry.decided)} of ${entry.decided}`,
    `${entry.running} / ${entry.waiting}`,
    modelCell(modelFor(input, entry.class), input.serving[entry.class]?.title),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A model that is not in memory has nothing to tell but its name. */
function modelCell(model: ModelStatus | undefined, title: string | undefined): string {
  if (model === undefined) return title === undefined ? '–' : escapeMarkdown(title);
  const name = escapeMarkdown(model.name);
  switch (model.state) {
    case 'ready':
      return name;
    case 'loading':
      return `${name}, loading${progressOf(model)}`;
    case 'failed':
      return `${name}, failed`;
    case 'unloaded':
      return `${name}, not loaded`;
    default:
      return model.state satisfies never;
  }
}

/** Every window's models: memory is shared. Of those that failed, this window's. */
function inMemory(input: StatusInput): string[] {
  const own = classes.map((name) => modelFor(input, name));
  const all = input.status?.models ?? [];
  return all
    .filter(
      (model) =>
        model.state === 'ready' || model.state === 'loading' || (model.state === 'failed' && own.includes(model)),
    )
    .map((model) => `- ${modelLine(model)}`);
}

function modelLine(model: ModelStatus): string {
  const memory = model.memoryBytes === undefined ? '' : `, ${formatBytes(model.memoryBytes)}`;
  const speed = model.speed === undefined ? '' : `, ${speedOf(model.speed)}`;
  const error = model.error === undefined ? '' : `: ${escapeMarkdown(model.error)}`;
  const pinned = model.pinned === 'user' ? ', pinned' : '';
  const state = `${model.state === 'ready' ? 'loaded' : model.state}${pinned}`;
  const demo = model.demo ? '. It only demonstrates how Punctual works: get a real model for real work.' : '';
  return `${escapeMarkdown(model.name)}, ${state}${memory}${speed}${error}${demo}`;
}
