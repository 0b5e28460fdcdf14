/**
 * The probe: asks every part of the runtime what it is, and times real tasks on each chosen model. Owns no state and judges nothing;
 * `findings.ts` does.
 */
import { sentence, type Words } from '../core/sentence.ts';
import { type TaskClass, taskClasses } from '../core/task.ts';
import type { ChosenModel, Models, Tasks } from '../features/tasks.ts';
import { isTaskError } from '../features/tasks.ts';
import type {
  ClientFacts,
  ClientSettings,
  ListedModelSaid as ListedModel,
  ModelsListResultSaid as ModelsListResult,
  ProbeProgressSaid as ProbeProgress,
  StatusSaid as Status,
  WireTaskClass,
} from '../protocol.ts';
import type {
  DiskFacts,
  EngineFacts,
  Facts,
  MachineFacts,
  ModelFacts,
  PromiseFacts,
  RuntimeFacts,
  Timed,
} from './facts.ts';
import { quantile } from './promise.ts';
import { type Timing, TimingError, timed } from './timing.ts';

/** What of the machine the runtime does not tell by itself. */
export interface HostFacts {
  readonly runtime: Pick<RuntimeFacts, 'node' | 'platform' | 'arch' | 'cLibrary'>;
  readonly engine: Pick<EngineFacts, 'llamaCpp' | 'library' | 'backend' | 'devices'>;
  readonly machine: Pick<MachineFacts, 'cores' | 'power' | 'pressure'>;
  readonly disk: DiskFacts;
}

export interface ProbeSources {
  readonly tasks: Pick<Tasks, 'submit' | 'now'>;
  readonly models: Pick<Models, 'choose'>;
  readonly list: (settings: ClientSettings) => Promise<ModelsListResult>;
  readonly status: () => Status;
  readonly protocol: number;
  /** Bytes of a model's file in the page cache; undefined where the system does not tell. */
  readonly cachedBytes: (model: string) => number | undefined;
  readonly host: (modelsFolder: string) => Promise<HostFacts>;
  /** See {@link Ordinary}. */
  readonly ordinaryMs: (name: TaskClass, settings: ClientSettings) => number | undefined;
}

export type OnProgress = (progress: ProbeProgress) => void;

/** Enough to tell the first token of a model that is warm from that of one that is not. */
const completionsCount = 5;

/** @throws the reason of the signal when nobody waits any more. */
export async function probe(
  sources: ProbeSources,
  client: ClientFacts,
  settings: ClientSettings,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Facts> {
  const { chosen, unserved } = chosenModels(sources, settings);
  const of = chosen.size + 1;
  const list = await sources.list(settings);
  const models: ModelFacts[] = [];
  for (const [id, { model, classes }] of chosen) {
    onProgress({ message: sentence('Timing {0}', model.name), done: models.length, of });
    models.push(await modelFacts({ sources, list, settings, signal }, id, model, classes));
  }
  onProgress({ message: sentence('Looking at the machine'), done: models.length, of });
  const host = await sources.host(list.folder);
  signal.throwIfAborted();
  const status = sources.status();
  return {
    client,
    runtime: {
      version: status.version,
      protocol: sources.protocol,
      ...host.runtime,
      uptimeMs: Math.round(status.uptimeMs),
      problems: status.problems ?? [],
    },
    engine: { isRunning: status.enginePid !== undefined, restarts: status.engineRestarts, ...host.engine },
    machine: machineFacts(list, host),
    disk: { ...host.disk, ...(list.problem !== undefined && { problem: list.problem }) },
    models,
    unserved,
    promises: probedClasses.map((name) => promiseFacts(name, status, settings, sources)),
  };
}

/** Code from a sentence has no model of its own in the settings. */
const probedClasses: readonly WireTaskClass[] = taskClasses.filter((name) => name !== 'generate');

interface Chosen {
  readonly model: ChosenModel;
  readonly classes: WireTaskClass[];
}

export function chosenModels({ models }: Pick<ProbeSources, 'models'>, settings: ClientSettings) {
  const chosen = new Map<string, Chosen>();
  const unserved: { class: WireTaskClass; message: Words }[] = [];
  for (const name of probedClasses) {
    const choice = models.choose(name, settings);
    if (isTaskError(choice)) {
      unserved.push({ class: name, message: choice.message });
      continue;
    }
    const known = chosen.get(choice.id);
    if (known === undefined) chosen.set(choice.id, { model: choice, classes: [name] });
    else known.classes.push(name);
  }
  return { chosen, unserved };
}

interface Looking {
  readonly sources: ProbeSources;
  readonly list: ModelsListResult;
  readonly settings: ClientSettings;
  readonly signal: AbortSignal;
}

async function modelFacts(
  { sources, list, settings, signal }: Looking,
  id: string,
  model: ChosenModel,
  classes: readonly WireTaskClass[],
): Promise<ModelFacts> {
  const listed = list.models.find(({ file, installed }) => installed && file === id);
  const statusOf = () => sources.status().models.find((each) => each.id === id);
  const wasLoaded = statusOf()?.state === 'ready';
  const cachedBytes = sources.cachedBytes(id);
  const facts = {
    classes,
    name: model.name,
    demo: model.demo,
    ...fileFacts(listed),
    ...(cachedBytes !== undefined && { cachedBytes: Math.round(cachedBytes) }),
    wasLoaded,
  };
  const name = classes[0] ?? 'completion';
  const request = { tasks: sources.tasks, model, class: name, sla: slaOf(name, settings), signal };
  try {
    const first = await timed(request, 0);
    const timings: Timing[] = [];
    const count = name === 'completion' ? completionsCount : 1;
    for (let turn = 1; turn <= count; turn++) timings.push(await timed(request, turn));
    const speed = statusOf()?.speed;
    return {
      ...facts,
      ...(!wasLoaded && { loadMs: Math.round(first.ttftMs) }),
      timed: timedFacts(timings),
      ...(speed && {
        speed: {
          prefillTokensPerSecond: round(speed.prefillTokensPerSecond),
          decodeTokensPerSecond: round(speed.decodeTokensPerSecond),
        },
      }),
    };
  } catch (error) {
    if (!(error instanceof TimingError)) throw error;
    return { ...facts, error: error.words };
  }
}

function fileFacts(listed: ListedModel | undefined) {
  if (listed === undefined) return { isThere: false, bytes: 0 };
  const { bytes, verified, fit } = listed;
  return {
    isThere: true,
    bytes,
    ...(verified !== undefined && { verified }),
    ...(fit && { fits: fit.fits, fit: fit.message, ...(fit.smaller !== undefined && { smaller: fit.smaller }) }),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** @param timings at least one */
export function timedFacts(timings: readonly Timing[]): Timed {
  const first = timings.map(({ ttftMs }) => ttftMs);
  const tokens = timings.reduce((sum, { generatedTokens }) => sum + Math.max(0, generatedTokens - 1), 0);
  const writingMs = timings.reduce((sum, { ttftMs, e2eMs }) => sum + (e2eMs - ttftMs), 0);
  const promptTokens = timings[0]?.promptTokens;
  return {
    count: timings.length,
    p50Ms: round(quantile(first, 0.5)),
    p95Ms: round(quantile(first, 0.95)),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(tokens > 0 && writingMs > 0 && { tokensPerSecond: round((1_000 * tokens) / writingMs) }),
  };
}

/** As the features promise it. */
export function slaOf(name: WireTaskClass, settings: ClientSettings) {
  const kind = name === 'completion' || name === 'generate' ? 'ttft' : 'e2e';
  return { kind, targetMs: settings[name].targetMs } as const;
}

function promiseFacts(
  name: WireTaskClass,
  status: Status,
  settings: ClientSettings,
  sources: ProbeSources,
): PromiseFacts {
  const entry = status.classes.find((each) => each.class === name);
  const ordinaryMs = sources.ordinaryMs(name, settings);
  return {
    class: name,
    ...slaOf(name, settings),
    isAutomatic: settings.automatic.includes(name),
    ...(ordinaryMs !== undefined && { ordinaryMs: Math.round(ordinaryMs) }),
    kept: entry?.kept ?? 0,
    decided: entry?.decided ?? 0,
  };
}

function machineFacts({ memory }: ModelsListResult, { machine }: HostFacts): MachineFacts {
  const { totalBytes, freeBytes, budgetBytes, message } = memory;
  return { ...machine, totalBytes, freeBytes, budgetBytes, budget: message };
}
