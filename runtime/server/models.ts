/**
 * `punctual/models/*`: what a client asks of models, put to the library and the store. Whoever goes away or cancels leaves a download;
 * it goes on while another client wants it. An access token lives as long as the request that brought it, and is never logged.
 */
import type { CancellationToken } from 'vscode-languageserver';
import { LSPErrorCodes } from 'vscode-languageserver';
import { withForecasts } from '../diagnose/forecast.ts';
import { ModelsError } from '../models/errors.ts';
import type { Library } from '../models/library.ts';
import type { ModelManager } from '../models/manager.ts';
import type { Memory } from '../models/memory.ts';
import type { InMemory } from '../models/removal.ts';
import { StoreError } from '../models/store/failure.ts';
import type { NetworkSettings } from '../models/store/network.ts';
import type { DownloadProgress } from '../models/store/progress.ts';
import type { ModelStore } from '../models/store/store.ts';
import {
  type ClientSettings,
  errorCodes,
  type ListedModelSaid as ListedModel,
  type ModelFitSaid as ModelFit,
  type ModelStatusSaid as ModelStatus,
  type ModelsListResultSaid as ModelsListResult,
  type ModelsPullParams,
  type ModelsRemoveResultSaid as ModelsRemoveResult,
  modelsFitMethod,
  modelsFitParamsSchema,
  modelsImportMethod,
  modelsImportParamsSchema,
  modelsListMethod,
  modelsListParamsSchema,
  modelsPullMethod,
  modelsPullParamsSchema,
  modelsRemoveMethod,
  modelsRemoveParamsSchema,
  type PullProgressSaid as PullProgress,
  replacedCode,
} from '../protocol.ts';
import { explainedEstimate, explainedFit, installedModel, type ListSources, listOf } from './models-list.ts';
import { refused } from './refused.ts';

export interface ModelDeskOptions extends ListSources {
  readonly manager: Pick<ModelManager, 'pull' | 'import' | 'remove' | 'find'>;
  readonly library: Pick<Library, 'snapshot' | 'refresh'>;
  readonly memory: Pick<Memory, 'current' | 'refresh'>;
  readonly store: Pick<ModelStore, 'leftovers'>;
  /** Where proxies and certificates are looked up when the settings name none. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Answers what clients ask of models. One for all of them. */
export class ModelDesk {
  readonly #options: ModelDeskOptions;

  constructor(options: ModelDeskOptions) {
    this.#options = options;
  }

  async list(settings: ClientSettings): Promise<ModelsListResult> {
    const { library, memory, store } = this.#options;
    await Promise.all([library.refresh(), memory.refresh()]);
    // The folder's own problem is in the list already.
    const leftovers = await store.leftovers().catch(() => []);
    return withForecasts(listOf(this.#options, leftovers, settings));
  }

  async pull(
    { token, ...order }: ModelsPullParams,
    settings: ClientSettings,
    signal: AbortSignal,
    onProgress: (progress: PullProgress) => void,
  ): Promise<ListedModel> {
    const network = networkOf(settings, this.#options.env, token);
    const watch = { signal, onProgress: (progress: DownloadProgress) => onProgress(wireProgress(progress)) };
    return installedModel(this.#options, await this.#options.manager.pull(order, network, watch), settings);
  }

  async import(file: string, settings: ClientSettings): Promise<ListedModel> {
    return installedModel(this.#options, await this.#options.manager.import(file), settings);
  }

  async remove(name: string): Promise<ModelsRemoveResult> {
    const { manager, states } = this.#options;
    const before = states();
    const stateIn = (all: typeof before, file: string) => all.find(({ id }) => id === file)?.state;
    // Whoever removes a model for the memory or the space that it takes would wonder. What nobody uses has begun to leave by then.
    return await manager.remove(name, (file) => inMemory(stateIn(before, file), stateIn(states(), file)));
  }

  async fit(model: string, settings: ClientSettings): Promise<ModelFit> {
    const { library, memory, manager } = this.#options;
    await Promise.all([library.refresh(), memory.refresh()]);
    const found = await manager.find(model);
    if (found.kind === 'installed') {
      const { problem } = found.entry;
      if (problem !== undefined) throw new ModelsError('badFile', problem);
    }
    const fit =
      found.kind === 'installed'
        ? explainedFit(this.#options, found.entry, settings)
        : explainedEstimate(this.#options, found.downloadable, settings);
    if (fit === undefined) throw new ModelsError('badMemory', listOf(this.#options, [], settings).memory.message);
    return fit;
  }
}

type State = ModelStatus['state'] | undefined;

function inMemory(before: State, after: State): InMemory {
  if (after === 'loading') return 'loads';
  if (after === 'ready') return 'answers';
  return before === 'ready' ? 'leaves' : 'no';
}

/** What a conversation gives its part about models. */
export interface ModelRequests {
  readonly desk: Pick<ModelDesk, 'list' | 'pull' | 'import' | 'remove' | 'fit'>;
  readonly settings: () => ClientSettings;
  /** Runs until the request is cancelled or the client is gone. */
  readonly cancellable: <T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly progress: (token: string | number, value: PullProgress) => void;
}

type Handler = (params: unknown, token: CancellationToken) => Promise<unknown>;

export function modelHandlers({ desk, settings, cancellable, progress }: ModelRequests): ReadonlyMap<string, Handler> {
  const handlers: Readonly<Record<string, Handler>> = {
    [modelsListMethod]: (params) => desk.list(supposing(settings(), modelsListParamsSchema.parse(params ?? {}).memory)),
    [modelsPullMethod]: (params, token) => {
      const { workDoneToken, ...order } = modelsPullParamsSchema.parse(params);
      const tell = (value: PullProgress): void => {
        if (workDoneToken !== undefined) progress(workDoneToken, value);
      };
      return cancellable(token, (signal) => desk.pull(order, settings(), signal, tell));
    },
    [modelsImportMethod]: (params) => desk.import(modelsImportParamsSchema.parse(params).file, settings()),
    [modelsRemoveMethod]: (params) => desk.remove(modelsRemoveParamsSchema.parse(params).name),
    [modelsFitMethod]: (params) => {
      const { model, memory } = modelsFitParamsSchema.parse(params);
      return desk.fit(model, supposing(settings(), memory));
    },
  };
  return new Map(Object.entries(handlers).map(([method, handle]) => [method, withCodes(handle)]));
}

/** A question about another budget is no change of it. */
function supposing(settings: ClientSettings, memory: string | undefined): ClientSettings {
  return memory === undefined ? settings : { ...settings, memory };
}

/** What the asker can do something about has its cause in a word and a sentence; anything else is a mistake of ours. */
function withCodes(handle: Handler): Handler {
  return async (params, token) => {
    try {
      return await handle(params, token);
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof ModelsError)) throw error;
      const { code, words } = error;
      const number = code === 'cancelled' ? LSPErrorCodes.RequestCancelled : errorCodes.models;
      throw refused(number, words, isReplaced(error) ? replacedCode : code);
    }
  };
}

/** A hash that the first download alone has given says that the file is another one, not which of the two is right. */
function isReplaced(error: StoreError | ModelsError): boolean {
  if (!(error instanceof StoreError)) return false;
  const { failure } = error;
  return failure.code === 'checksum' && failure.source === 'first-download';
}

function networkOf(
  { downloads: { proxy, noProxy, mirror, certificates } }: ClientSettings,
  env: NetworkSettings['env'],
  token: string | undefined,
): NetworkSettings {
  return {
    env,
    ...(proxy !== undefined && { proxy }),
    ...(noProxy !== undefined && { noProxy }),
    ...(mirror !== undefined && { mirror }),
    ...(certificates !== undefined && { caFile: certificates }),
    ...(token !== undefined && { token }),
  };
}

function wireProgress(progress: DownloadProgress): PullProgress {
  const { phase, bytesDone, bytesTotal, bytesPerSecond, remainingMs, why, note } = progress;
  const message = why ?? note;
  return {
    phase,
    doneBytes: bytesDone,
    ...(bytesTotal !== undefined && { totalBytes: bytesTotal }),
    ...(bytesPerSecond > 0 && { bytesPerSecond }),
    ...(remainingMs !== undefined && { remainingMs }),
    ...(message !== undefined && { message }),
  };
}
