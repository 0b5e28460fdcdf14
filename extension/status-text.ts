/**
 * What the status bar says: a fold of the connection, the runtime's last status and the settings into texts. Pure, without
 * vscode; `status.ts` only carries it to the screen.
 */
import path from 'node:path';
import type { ClassStatus, ModelStatus, Status, WireTaskClass } from '../runtime/protocol.ts';
import { type ConnectionState, failuresWorthWarning } from './connection-state.ts';
import { escapeMarkdown, formatBytes, formatDuration, formatShare, plural } from './format.ts';

export interface StatusInput {
  readonly connection: ConnectionState;
  /** The last one pushed by the runtime; absent until the first, and after a loss. */
  readonly status: Status | undefined;
  /** `punctual.enable` for the active document, or everywhere when there is none. */
  readonly enabled: boolean;
  /** `punctual.model`. */
  readonly modelChoice: string;
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
 * 2. the model in use failed
 * 3. the model is loading, with the percentage
 * 4. completion is off here
 * 5. promises: share on time and p95 TTFT, once one was kept or broken
 * 6. ready
 */
export function statusView(input: StatusInput): StatusView {
  const { connection, status } = input;
  if (connection.kind !== 'connected') return disconnectedView(connection);
  const model = status && modelInUse(status, input.modelChoice);
  if (model?.state === 'failed') {
    return warn('Punctual: model failed', `Punctual: the model ${model.name} could not be loaded.`, 'models');
  }
  if (model?.state === 'loading') {
    const percent = model.progress === undefined ? '' : ` ${Math.floor(model.progress * 100)}%`;
    return view(`$(loading~spin) Punctual: loading${percent}`, `Punctual: loading ${model.name}${percent}`);
  }
  const name = model === undefined ? '' : ` · ${shortName(model)}`;
  const spoken = model === undefined ? '' : `, ${model.demo ? 'demonstration model' : `model ${model.name}`}`;
  if (!input.enabled) {
    const off = { text: '$(circle-slash) Punctual: off', label: 'Punctual: completion is off here' };
    return { ...off, warning: false, action: 'toggleCompletion' };
  }
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
  const model = modelInUse(status, input.modelChoice);
  const restarts = status.engineRestarts === 0 ? '' : `, ${plural(status.engineRestarts, 'engine restart')}`;
  const lines = [
    `**Punctual**: promises of the last ${formatDuration(status.windowMs)}`,
    '',
    '| Task | Promised | p50 | p95 | On time | Running / waiting |',
    '|:--|:--|--:|--:|--:|--:|',
    ...status.classes.map(classRow),
    '',
    model === undefined ? 'No model has been asked for yet.' : modelLine(model),
    '',
    `Runtime ${escapeMarkdown(status.version)}, process ${status.pid}, ${plural(status.clients, 'client')}${restarts}. ${plural(input.accepted, 'suggestion')} accepted in this window.`,
  ];
  return lines.join('\n');
}

/** The model that this window's setting leads to, as far as the runtime's list shows it. */
export function modelInUse(status: Status, choice: string): ModelStatus | undefined {
  const order = ['ready', 'loading', 'failed', 'unloaded'] satisfies ModelStatus['state'][];
  // `auto` leads to the embedded model as long as there is no other; a file that another window chose is none of this one's.
  const isEmbedded = choice === 'auto' || choice === 'embedded';
  const candidates = status.models.filter((model) => (isEmbedded ? model.demo : model.id === path.normalize(choice)));
  return candidates.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
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
} satisfies Record<WireTaskClass, string>;

function classRow(entry: ClassStatus): string {
  const ttft = entry.sla.kind === 'ttft';
  const measured = ttft ? entry.ttftMs : entry.e2eMs;
  const cells = [
    classNames[entry.class],
    `${ttft ? 'first token' : 'complete'} in ${formatDuration(entry.sla.targetMs)}`,
    measured === undefined ? '–' : formatDuration(measured.p50),
    measured === undefined ? '–' : formatDuration(measured.p95),
    entry.decided === 0 ? '–' : `${formatShare(entry.kept, entry.decided)} of ${entry.decided}`,
    `${entry.running} / ${entry.waiting}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function modelLine(model: ModelStatus): string {
  const memory = model.memoryBytes === undefined ? '' : `, ${formatBytes(model.memoryBytes)}`;
  const error = model.error === undefined ? '' : `: ${escapeMarkdown(model.error)}`;
  const demo = model.demo ? ' It only demonstrates how Punctual works: choose a real model for real work.' : '';
  return `Model ${escapeMarkdown(model.name)}, ${model.state}${memory}${error}.${demo}`;
}

function shortName(model: ModelStatus): string {
  if (model.demo) return 'demo';
  return model.name.length <= modelNameCharsMax ? model.name : `${model.name.slice(0, modelNameCharsMax - 1)}…`;
}
