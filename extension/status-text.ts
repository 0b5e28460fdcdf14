/**
 * What the status bar says: a fold of the connection, the runtime's last status and the settings into texts. Pure, without
 * vscode; `status.ts` only carries it to the screen.
 */
import type { ClassStatus, ModelStatus, Status, WireTaskClass } from '../runtime/protocol.ts';
import { type ConnectionState, failuresWorthWarning } from './connection-state.ts';
import { escapeMarkdown, formatBytes, formatDuration, formatShare, plural } from './format.ts';
import type { ModelChoices } from './model-choices.ts';
import { classes, percent, speedOf, taskNames } from './model-words.ts';
import { modelOf, type ServingModels } from './serving-text.ts';

export interface StatusInput {
  readonly connection: ConnectionState;
  /** The last one pushed by the runtime; absent until the first, and after a loss. */
  readonly status: Status | undefined;
  /** `punctual.enable` for the active document, or everywhere when there is none. */
  readonly enabled: boolean;
  /** `punctual.model` and `punctual.models.*`. */
  readonly choices: ModelChoices;
  /** Which model does what, as the runtime said. */
  readonly serving: ServingModels;
  /** Suggestions accepted in this window. */
  readonly accepted: number;
}

export interface StatusView {
  readonly text: string;
  /** The same for a screen reader, without icons and abbreviations. */
  readonly label: string;
  /** True for what the user must act on: no runtime, or a model that does not load. Late tasks are a figure, not a warning. */
  readonly warning: boolean;
  /** What a click does. */
  readonly action: 'models' | 'showLog' | 'toggleCompletion';
}

const modelNameCharsMax = 24;

/**
 * The first that holds:
 * 1. no runtime: starting, connecting, reconnecting, unavailable
 * 2. the model of some kind of task failed
 * 3. the completion model is loading, with the percentage
 * 4. completion is off here
 * 5. promises: share on time and p95 TTFT, once one was kept or broken
 * 6. ready
 * A load for other kinds of task stands at the end of the last two.
 */
export function statusView(input: StatusInput): StatusView {
  const { connection, status } = input;
  if (connection.kind !== 'connected') return disconnectedView(connection);
  const failed = classes.map((name) => modelFor(input, name)).find((each) => each?.state === 'failed');
  if (failed !== undefined) {
    return warn('Punctual: model failed', `Punctual: the model ${failed.name} could not be loaded.`, 'models');
  }
  const model = modelFor(input, 'completion');
  if (model?.state === 'loading') {
    const share = progressOf(model);
    return view(`$(loading~spin) Punctual: loading${share}`, `Punctual: loading ${model.name}${share}`);
  }
  if (!input.enabled) {
    const off = { text: '$(circle-slash) Punctual: off', label: 'Punctual: completion is off here' };
    return { ...off, warning: false, action: 'toggleCompletion' };
  }
  const name = `${model === undefined ? '' : ` · ${shortName(model)}`}${otherLoad(input)?.text ?? ''}`;
  const speaks = model === undefined ? '' : `, ${model.demo ? 'demonstration model' : `model ${model.name}`}`;
  const spoken = `${speaks}${otherLoad(input)?.label ?? ''}`;
  const share = status && onTimeShare(status);
  if (share === undefined) return view(`$(watch) Punctual${name}`, `Punctual: ready${spoken}`);
  const p95Ms = classOf(status, 'completion')?.ttftMs?.p95;
  const p95Text = p95Ms === undefined ? '' : ` · ${formatDuration(p95Ms)}`;
  const p95Spoken = p95Ms === undefined ? '' : `, first token within ${formatDuration(p95Ms)} for 95% of completions`;
  return view(`$(watch) ${share} on time${p95Text}${name}`, `Punctual: ${share} of tasks on time${p95Spoken}${spoken}`);
}

/** Markdown for the hover: one row per class, then the model and the runtime. */
export function statusTooltip(input: StatusInput): string {
  const { connection, status } = input;
  if (connection.kind === 'unavailable') return `**Punctual** has no runtime.\n\n${escapeMarkdown(connection.message)}`;
  if (status === undefined) return '**Punctual** is connecting to its runtime.';
  const restarts = status.engineRestarts === 0 ? '' : `, ${plural(status.engineRestarts, 'engine restart')}`;
  const models = inMemory(input);
  const lines = [
    `**Punctual**: promises of the last ${formatDuration(status.windowMs)}`,
    '',
    '| Task | Promised | p50 | p95 | On time | Running / waiting | Model |',
    '|:--|:--|--:|--:|--:|--:|:--|',
    ...status.classes.map((entry) => classRow(input, entry)),
    '',
    ...(models.length === 0 ? ['No model is loaded.'] : models),
    '',
    `Runtime ${escapeMarkdown(status.version)}, process ${status.pid}, ${plural(status.clients, 'client')}${restarts}. ${plural(input.accepted, 'suggestion')} accepted in this window.`,
    ...(status.problems ?? []).flatMap((problem) => ['', escapeMarkdown(problem)]),
  ];
  return lines.join('\n');
}

/** The model of one kind of task in this window, as far as the runtime's status shows it. */
export function modelFor(
  { status, serving, choices }: Pick<StatusInput, 'status' | 'serving' | 'choices'>,
  name: WireTaskClass,
): ModelStatus | undefined {
  return status && modelOf(status, serving, choices, name);
}

/** A load that completions do not wait for. */
function otherLoad(input: StatusInput): { readonly text: string; readonly label: string } | undefined {
  const name = classes.find((each) => modelFor(input, each)?.state === 'loading');
  const model = name && modelFor(input, name);
  if (name === undefined || model === undefined) return undefined;
  const share = progressOf(model);
  return { text: ` · $(loading~spin)${share}`, label: `, loading the model for ${taskNames[name]}${share}` };
}

function progressOf({ progress }: ModelStatus): string {
  return progress === undefined ? '' : ` ${percent(progress)}`;
}

function disconnectedView(connection: Exclude<ConnectionState, { kind: 'connected' }>): StatusView {
  switch (connection.kind) {
    case 'starting':
      return view('$(loading~spin) Punctual: starting', 'Punctual: starting its runtime', 'showLog');
    case 'connecting':
      return view('$(loading~spin) Punctual: connecting', 'Punctual: connecting to its runtime', 'showLog');
    case 'unavailable':
      if (connection.failures < failuresWorthWarning) {
        return view('$(loading~spin) Punctual: reconnecting', 'Punctual: reconnecting to its runtime', 'showLog');
      }
      return warn('Punctual: no runtime', `Punctual: no runtime. ${connection.message}`, 'showLog');
    case 'closed':
      return view('Punctual', 'Punctual: closed', 'showLog');
    default:
      return connection satisfies never;
  }
}

function view(text: string, label: string, action: StatusView['action'] = 'models'): StatusView {
  return { text, label, warning: false, action };
}

function warn(text: string, label: string, action: StatusView['action']): StatusView {
  return { text: `$(warning) ${text}`, label, warning: true, action };
}

/** Over all classes: of the tasks whose promise was kept or broken. */
function onTimeShare(status: Status): string | undefined {
  const decided = status.classes.reduce((sum, entry) => sum + entry.decided, 0);
  const kept = status.classes.reduce((sum, entry) => sum + entry.kept, 0);
  return decided === 0 ? undefined : formatShare(kept, decided);
}

function classOf(status: Status | undefined, name: WireTaskClass): ClassStatus | undefined {
  return status?.classes.find((entry) => entry.class === name);
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
    `${ttft ? 'first token' : 'complete'} in ${formatDuration(entry.sla.targetMs)}`,
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

function shortName(model: ModelStatus): string {
  if (model.demo) return 'demo';
  return model.name.length <= modelNameCharsMax ? model.name : `${model.name.slice(0, modelNameCharsMax - 1)}…`;
}
