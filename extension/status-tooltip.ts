/** What the hover of the status bar says: one row per class, the models in memory, the runtime. Pure, without vscode. */
import type { ClassStatus, ModelStatus, Status, WireTaskClass } from '../runtime/protocol.ts';
import { escapeMarkdown, formatBytes, formatDuration, formatShare } from './format.ts';
import { l10n } from './l10n.ts';
import { classes, phrases, speedOf } from './model-words.ts';
import { remainingWords } from './pause-text.ts';
import { lightWords, modelFor, progressOf, type StatusInput } from './status-text.ts';

/** Markdown for the hover: one row per class, then the model and the runtime. */
export function statusTooltip(input: StatusInput): string {
  const { connection, status } = input;
  if (connection.kind === 'unavailable')
    return `${l10n.t('**Punctual** has no runtime.')}\n\n${escapeMarkdown(connection.message)}`;
  if (status === undefined) return l10n.t('**Punctual** is connecting to its runtime.');
  const models = inMemory(input);
  const lines = [
    firstSentence(input, status),
    '',
    `| ${headings().join(' | ')} |`,
    '|:--|:--|--:|--:|--:|--:|:--|',
    ...status.classes.map((entry) => classRow(input, entry)),
    '',
    ...measuredNote(status),
    ...pausedNote(input),
    ...(models.length === 0 ? [l10n.t('No model is loaded.')] : models),
    '',
    `${runtimeSentence(status)} ${acceptedSentence(input.accepted)}`,
    ...(status.problems ?? []).flatMap((problem) => ['', escapeMarkdown(problem)]),
  ];
  return lines.join('\n');
}

/** As long as nothing was promised, nothing was kept. */
function firstSentence({ light }: StatusInput, { classes: entries, uptimeMs, windowMs }: Status): string {
  const span = formatDuration(windowMs);
  const isAnything = entries.some(({ decided, running, waiting }) => decided + running + waiting > 0);
  if (isAnything) return l10n.t('**Punctual**: {0}. Of the last {1}:', lightWords(light.state), span);
  return uptimeMs < windowMs
    ? l10n.t('**Punctual**: Nothing was promised yet.')
    : l10n.t('**Punctual**: Nothing was promised in the last {0}.', span);
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

function headings(): string[] {
  const [task, promised, onTime] = [l10n.t('Task'), l10n.t('Promised'), l10n.t('On time')];
  return [task, promised, 'p50', 'p95', onTime, l10n.t('Running / waiting'), l10n.t('Model')];
}

function runtimeSentence({ version, pid, clients, engineRestarts }: Status): string {
  const restarts = engineRestarts === 1 ? l10n.t('1 engine restart') : l10n.t('{0} engine restarts', engineRestarts);
  const sentence = phrases(
    l10n.t('Runtime {0}, process {1}', escapeMarkdown(version), pid),
    clients === 1 ? l10n.t('1 client') : l10n.t('{0} clients', clients),
    engineRestarts === 0 ? undefined : restarts,
  );
  return l10n.t('{0}.', sentence);
}

function acceptedSentence(accepted: number): string {
  return accepted === 1
    ? l10n.t('1 suggestion accepted in this window.')
    : l10n.t('{0} suggestions accepted in this window.', accepted);
}

function className(name: WireTaskClass): string {
  switch (name) {
    case 'completion':
      return l10n.t('Completion');
    case 'summarize':
      return l10n.t('Summary');
    case 'translate':
      return l10n.t('Translation');
    case 'generate':
      return l10n.t('Generated code');
    default:
      return name satisfies never;
  }
}

function classRow(input: StatusInput, entry: ClassStatus): string {
  const ttft = entry.sla.kind === 'ttft';
  const target = formatDuration(entry.sla.targetMs);
  const measured = ttft ? entry.ttftMs : entry.e2eMs;
  const cells = [
    className(entry.class),
    `${ttft ? l10n.t('first token in {0}', target) : l10n.t('complete in {0}', target)}${entry.automatic === undefined ? '' : ' ¹'}`,
    measured === undefined ? '–' : formatDuration(measured.p50),
    measured === undefined ? '–' : formatDuration(measured.p95),
    entry.decided === 0 ? '–' : l10n.t('{0} of {1}', formatShare(entry.kept, entry.decided), entry.decided),
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
      return `${l10n.t('{0}, loading', name)}${progressOf(model)}`;
    case 'failed':
      return l10n.t('{0}, failed', name);
    case 'unloaded':
      return l10n.t('{0}, not loaded', name);
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
  const { name, memoryBytes, speed, error, pinned, demo } = model;
  const facts = phrases(
    escapeMarkdown(name),
    stateWords(model),
    pinned === 'user' ? l10n.t('pinned') : undefined,
    memoryBytes === undefined ? undefined : formatBytes(memoryBytes),
    speed === undefined ? undefined : speedOf(speed),
  );
  const line = error === undefined ? facts : l10n.t('{0}: {1}', facts, escapeMarkdown(error));
  return demo ? l10n.t('{0}. It only demonstrates how Punctual works: get a real model for real work.', line) : line;
}

function stateWords({ state }: ModelStatus): string {
  switch (state) {
    case 'ready':
      return l10n.t('loaded');
    case 'loading':
      return l10n.t('loading');
    case 'failed':
      return l10n.t('failed');
    case 'unloaded':
      return l10n.t('not in memory');
    default:
      return state satisfies never;
  }
}
