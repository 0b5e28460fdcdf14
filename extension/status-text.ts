/**
 * What the status bar says: a fold of the connection, the runtime's last status and the settings into texts. Pure, without
 * vscode; `status.ts` only carries it to the screen.
 */
import type { ModelStatus, Status, WireTaskClass } from '../runtime/protocol.ts';
import { type ConnectionState, failuresWorthWarning } from './connection-state.ts';
import { formatDuration, formatShare } from './format.ts';
import { l10n } from './l10n.ts';
import type { ModelChoices } from './model-choices.ts';
import { classes, percent, phrases, taskNames } from './model-words.ts';
import { remainingWords } from './pause-text.ts';
import { modelOf, type ServingModels } from './serving-text.ts';
import type { LightState } from './status-light.ts';

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
  /** Until completion goes on in this window, in ms; 0 when it is not paused. */
  readonly pausedMs: number;
  /** Whether promises are kept, and whether they have broken for so long that it is worth a colour; see `status-light.ts`. */
  readonly light: { readonly state: LightState; readonly isWarning: boolean };
}

export type StatusState = 'starting' | 'unavailable' | 'failed' | 'loading' | 'paused' | 'off' | LightState;

export interface StatusView {
  readonly state: StatusState;
  readonly text: string;
  /** The same for a screen reader, without icons and abbreviations. */
  readonly label: string;
  /** True for what the user must act on: no runtime, a model that does not load, or promises that break for a minute. A late task is a figure. */
  readonly warning: boolean;
  /** What a click does. */
  readonly action: 'dashboard' | 'diagnose' | 'models' | 'resume' | 'showLog' | 'toggleCompletion';
}

const modelNameCharsMax = 24;

/**
 * The first that holds:
 * 1. no runtime: starting, connecting, reconnecting, unavailable
 * 2. the model of some kind of task failed
 * 3. the completion model is loading, with the percentage
 * 4. completion is paused in this window, with the time left
 * 5. completion is off here
 * 6. whether promises are kept: share on time and p95 TTFT, once one was kept or broken
 * 7. ready
 * A load for other kinds of task stands at the end of the last two.
 */
export function statusView(input: StatusInput): StatusView {
  const { connection, pausedMs } = input;
  if (connection.kind !== 'connected') return disconnectedView(connection);
  const failed = classes.map((name) => modelFor(input, name)).find((each) => each?.state === 'failed');
  if (failed !== undefined) {
    const label = l10n.t('Punctual: the model {0} could not be loaded.', failed.name);
    return warn('failed', l10n.t('Punctual: model failed'), label, 'models');
  }
  const model = modelFor(input, 'completion');
  if (model?.state === 'loading') {
    const share = progressOf(model);
    return view(
      'loading',
      `$(loading~spin) ${l10n.t('Punctual: loading')}${share}`,
      `${l10n.t('Punctual: loading {0}', model.name)}${share}`,
      'models',
    );
  }
  if (pausedMs > 0) {
    const left = remainingWords(pausedMs);
    const label = l10n.t('Punctual: completion is paused in this window, {0}', left);
    return view('paused', `$(debug-pause) ${l10n.t('Punctual: paused, {0}', left)}`, label, 'resume');
  }
  if (!input.enabled) {
    const label = l10n.t('Punctual: completion is off here');
    return view('off', `$(circle-slash) ${l10n.t('Punctual: off')}`, label, 'toggleCompletion');
  }
  return promisesView(input, model);
}

/** Words for the state that a screen reader says and the tooltip begins with. */
export function lightWords(state: LightState): string {
  switch (state) {
    case 'kept':
      return l10n.t('promises are kept');
    case 'atRisk':
      return l10n.t('promises are at risk');
    case 'broken':
      return l10n.t('promises are broken');
    default:
      return state satisfies never;
  }
}

const lightIcons: Readonly<Record<LightState, string>> = { kept: 'watch', atRisk: 'history', broken: 'warning' };

function promisesView(input: StatusInput, model: ModelStatus | undefined): StatusView {
  const { status, light } = input;
  const name = `${model === undefined ? '' : ` · ${shortName(model)}`}${otherLoad(input)?.text ?? ''}`;
  const speaks = model?.demo ? l10n.t('demonstration model') : model && l10n.t('model {0}', model.name);
  const spoken = [speaks, otherLoad(input)?.label];
  const share = status && onTimeShare(status);
  if (share === undefined)
    return view('kept', `$(watch) Punctual${name}`, phrases(l10n.t('Punctual: ready'), ...spoken), 'dashboard');
  const p95Ms = status?.classes.find((entry) => entry.class === 'completion')?.ttftMs?.p95;
  const p95Text = p95Ms === undefined ? '' : ` · ${formatDuration(p95Ms)}`;
  const p95Spoken = p95Ms && l10n.t('first token within {0} for 95% of completions', formatDuration(p95Ms));
  const text = `$(${lightIcons[light.state]}) ${l10n.t('{0} on time', share)}${p95Text}${name}`;
  const state = l10n.t('Punctual: {0}', lightWords(light.state));
  const label = phrases(state, l10n.t('{0} of tasks on time', share), p95Spoken || undefined, ...spoken);
  const action = light.state === 'broken' ? 'diagnose' : 'dashboard';
  return { ...view(light.state, text, label, action), warning: light.isWarning };
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
  return {
    text: ` · $(loading~spin)${share}`,
    label: `${l10n.t('loading the model for {0}', taskNames[name])}${share}`,
  };
}

export function progressOf({ progress }: ModelStatus): string {
  return progress === undefined ? '' : ` ${percent(progress)}`;
}

function disconnectedView(connection: Exclude<ConnectionState, { kind: 'connected' }>): StatusView {
  switch (connection.kind) {
    case 'starting':
      return busy(l10n.t('Punctual: starting'), l10n.t('Punctual: starting its runtime'));
    case 'connecting':
      return busy(l10n.t('Punctual: connecting'), l10n.t('Punctual: connecting to its runtime'));
    case 'unavailable':
      if (connection.failures < failuresWorthWarning)
        return busy(l10n.t('Punctual: reconnecting'), l10n.t('Punctual: reconnecting to its runtime'));
      return warn(
        'unavailable',
        l10n.t('Punctual: no runtime'),
        l10n.t('Punctual: no runtime. {0}', connection.message),
        'diagnose',
      );
    case 'closed':
      return view('unavailable', 'Punctual', l10n.t('Punctual: closed'), 'showLog');
    default:
      return connection satisfies never;
  }
}

function busy(words: string, label: string): StatusView {
  return view('starting', `$(loading~spin) ${words}`, label, 'showLog');
}

function view(state: StatusState, text: string, label: string, action: StatusView['action']): StatusView {
  return { state, text, label, warning: false, action };
}

function warn(state: StatusState, text: string, label: string, action: StatusView['action']): StatusView {
  return { state, text: `$(warning) ${text}`, label, warning: true, action };
}

/** Over all classes: of the tasks whose promise was kept or broken. */
function onTimeShare(status: Status): string | undefined {
  const decided = status.classes.reduce((sum, entry) => sum + entry.decided, 0);
  const kept = status.classes.reduce((sum, entry) => sum + entry.kept, 0);
  return decided === 0 ? undefined : formatShare(kept, decided);
}

function shortName(model: ModelStatus): string {
  if (model.demo) return l10n.t('demo');
  return model.name.length <= modelNameCharsMax ? model.name : `${model.name.slice(0, modelNameCharsMax - 1)}…`;
}
