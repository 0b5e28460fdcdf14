/** The state of the house as clients see it, and when they are told: at most so often, and never with old news as the last word. */
import type { ModelInfo } from '../core/event.ts';
import type { Words } from '../core/sentence.ts';
import type { WorkflowView } from '../features/workflows/workflows.ts';
import type { LoopStatus } from '../loop/status.ts';
import {
  type AheadStatus,
  type ClassStatus,
  type CompletionSource,
  clientSettingsSchema,
  type Pin,
  type StatusSaid as Status,
  type WireOutcomeCounts,
  type WorkflowStatusSaid as WorkflowStatus,
} from '../protocol.ts';

export interface StatusSources {
  readonly loop: () => LoopStatus;
  readonly describe: (model: string) => {
    readonly name: string;
    readonly demo: boolean;
    readonly pinned?: Pin;
  };
  readonly clients: () => number;
  readonly version: string;
  readonly pid: number;
  readonly uptimeMs: () => number;
  /** How many suggestions came from where since the runtime began. */
  readonly suggestions?: () => Readonly<Record<CompletionSource, number>>;
  /** What became of suggestions. */
  readonly outcomes?: () => WireOutcomeCounts;
  /** Answers in several calls that are under way, and the time on the clock of their arrivals, in ms. */
  readonly workflows?: () => { readonly views: readonly WorkflowView[]; readonly nowMs: number };
  /** What was loaded and read before anybody asked for it. */
  readonly ahead?: () => AheadStatus;
  /** Promises that follow from measurements. */
  readonly automatic?: (name: ClassStatus['class']) => ClassStatus['automatic'];
  /** What of the environment could not be followed, in whole sentences. */
  readonly problems?: readonly Words[];
}

const settingsDefault = clientSettingsSchema.parse({});

/** What is promised for a class of which no task has come yet. */
const slaDefaults: Readonly<Record<ClassStatus['class'], ClassStatus['sla']>> = {
  completion: { kind: 'ttft', targetMs: settingsDefault.completion.targetMs },
  summarize: { kind: 'e2e', targetMs: settingsDefault.summarize.targetMs },
  translate: { kind: 'e2e', targetMs: settingsDefault.translate.targetMs },
  generate: { kind: 'ttft', targetMs: settingsDefault.generate.targetMs },
};

export function toStatus(sources: StatusSources): Status {
  const { problems = [] } = sources;
  const { windowMs, classes, models, engineRestarts, enginePid } = sources.loop();
  return {
    version: sources.version,
    pid: sources.pid,
    ...(enginePid !== undefined && { enginePid }),
    engineRestarts,
    uptimeMs: sources.uptimeMs(),
    clients: sources.clients(),
    windowMs,
    classes: classes.map(({ sla, ...rest }) => {
      const automatic = sources.automatic?.(rest.class);
      return { ...rest, sla: sla ?? promisedFirst(rest.class, automatic), ...(automatic && { automatic }) };
    }),
    models: models.map(({ id, state, info, error, progress, speed, prefillError, decodeError }) => ({
      id,
      ...sources.describe(id),
      state: wireState(state),
      ...(progress !== undefined && { progress }),
      ...(state === 'ready' && info && factsOf(info)),
      ...(state === 'ready' && speed && { speed }),
      ...(error && { error: error.message }),
      ...(prefillError && { prefillError }),
      ...(decodeError && { decodeError }),
    })),
    ...(sources.suggestions && { suggestions: { ...sources.suggestions() } }),
    ...(sources.outcomes && { outcomes: sources.outcomes() }),
    ...(sources.ahead && aheadOf(sources.ahead())),
    ...(sources.workflows && workflowsOf(sources.workflows())),
    ...(problems.length > 0 && { problems: [...problems] }),
  };
}

/** Before a task of the class has come. */
function promisedFirst(name: ClassStatus['class'], automatic: ClassStatus['automatic']): ClassStatus['sla'] {
  const usual = slaDefaults[name];
  return automatic === undefined ? usual : { ...usual, targetMs: automatic.targetMs };
}

/** Nothing before the first load or read. */
function aheadOf(ahead: AheadStatus): Pick<Status, 'ahead'> {
  return ahead.loads.begun + ahead.reads.bytesRead === 0 ? {} : { ahead };
}

/** Nothing while there are none. */
function workflowsOf({ views, nowMs }: ReturnType<NonNullable<StatusSources['workflows']>>): Pick<Status, 'workflows'> {
  if (views.length === 0) return {};
  const workflows = views.map(({ class: name, title, arrivalMs, targetMs, stages }) => ({
    ...{ class: name, title, targetMs, elapsedMs: Math.max(0, nowMs - arrivalMs) },
    stages: stages.map(({ label, state }) => ({ label, state: stageStates[state] })),
  }));
  return { workflows };
}

const stageStates: Readonly<
  Record<WorkflowView['stages'][number]['state'], WorkflowStatus['stages'][number]['state']>
> = {
  ...{ blocked: 'waiting', submitted: 'running', ended: 'done', skipped: 'left out', failed: 'failed' },
};

function factsOf({ memoryBytes, contextTokens, sequences, device }: ModelInfo) {
  return { memoryBytes, contextTokens, sequences, device };
}

/** A model on its way out is as good as gone to whoever looks at it; one that is made smaller or larger is on its way in. */
function wireState(state: LoopStatus['models'][number]['state']): Status['models'][number]['state'] {
  switch (state) {
    case 'unloading':
      return 'unloaded';
    case 'resizing':
      return 'loading';
    case 'unloaded':
    case 'loading':
    case 'ready':
    case 'failed':
      return state;
    default:
      return state satisfies never;
  }
}

/** Calls `push` at once at the first change, then at most every `intervalMs()`, and once more after the last change. */
export class Throttle {
  readonly #push: () => void;
  readonly #intervalMs: () => number;
  readonly #timer: (ms: number, callback: () => void) => () => void;
  #cancel: (() => void) | undefined;
  #changed = false;
  #isDisposed = false;

  constructor(push: () => void, intervalMs: () => number, timer: (ms: number, callback: () => void) => () => void) {
    this.#push = push;
    this.#intervalMs = intervalMs;
    this.#timer = timer;
  }

  change(): void {
    if (this.#isDisposed) return;
    if (this.#cancel) {
      this.#changed = true;
      return;
    }
    this.#cancel = this.#timer(this.#intervalMs(), () => this.#elapsed());
    this.#push();
  }

  dispose(): void {
    this.#cancel?.();
    this.#isDisposed = true;
  }

  #elapsed(): void {
    this.#cancel = undefined;
    if (!this.#changed) return;
    this.#changed = false;
    this.change();
  }
}
