/**
 * The machine that computes: llama.cpp through node-llama-cpp, with all loaded models. This file, model.ts and what they use are the
 * only importers of that library.
 */
import { performance } from 'node:perf_hooks';
import { getLlama, InsufficientMemoryError, type Llama, LlamaLogLevel, NoBinaryFoundError } from 'node-llama-cpp';
import { SaidError, sentence, type Words, wordsOf } from '../../core/sentence.ts';
import type { ModelId, TaskError } from '../../core/task.ts';
import type { DeviceReport, ModelSpec } from '../engine.ts';
import type { Pass, PassResult } from '../pass.ts';
import type { Kept, Leftover } from '../slots.ts';
import { ChatFormats } from './chat-formats.ts';
import { ContextError, defaultThreads } from './context.ts';
import { deviceName, reportOfDevices } from './devices.ts';
import { checkModelFile, diagnoseModelFile, ModelFileError } from './gguf-file.ts';
import { archiveKey, KvArchive } from './kv-archive.ts';
import { KvFolder } from './kv-folder.ts';
import { memoryGauge, type Released, untilReleased } from './memory.ts';
import { LoadedModel } from './model.ts';
import { SamplerPool } from './sampler-pool.ts';
import { letOthersInWhileReading } from './yielding.ts';

/** What computes: nothing but the CPU, or a library for a graphics processor, or the best that there is. */
export type Gpu = 'off' | 'auto' | 'vulkan' | 'metal' | 'cuda';

export type LoadOutcome =
  /** `kept` is what the documents of the model held when it left. */
  | { readonly kind: 'loaded'; readonly loaded: LoadedModel; readonly kept: readonly Kept[] }
  | { readonly kind: 'failed'; readonly error: TaskError };

export type ResizeOutcome =
  | { readonly kind: 'resized'; readonly kept: readonly Kept[] }
  /** The context has its former size. */
  | { readonly kind: 'failed'; readonly error: TaskError; readonly kept: readonly Kept[] }
  /** The former context could not be had again either: the model is not loaded any more. */
  | { readonly kind: 'gone'; readonly error: TaskError };

export class Device {
  readonly #gpu: Gpu;
  readonly #log: (line: string) => void;
  readonly #models = new Map<ModelId, LoadedModel>();
  /** Where each model's cells go when it leaves; none for a file that was gone when it had been loaded. */
  readonly #archiveKeys = new Map<ModelId, string>();
  readonly #kvFolder: KvFolder;
  readonly #archive: KvArchive;
  readonly #chatFormats = new ChatFormats();
  readonly #samplers = new SamplerPool();
  #llama: Promise<Llama> | undefined;
  /** Of the load under way, where llama.cpp complained of it. */
  #unknownArchitecture: string | undefined;

  /**
   * @param kvRoot the runtime's folder for KV cells.
   * @param log takes one line about something that a person who looks for a cause wants to know.
   */
  constructor(gpu: Gpu, kvRoot: string, log: (line: string) => void) {
    this.#gpu = gpu;
    this.#log = log;
    this.#kvFolder = new KvFolder(kvRoot);
    this.#archive = new KvArchive(kvRoot, log);
  }

  model(id: ModelId): LoadedModel | undefined {
    return this.#models.get(id);
  }

  /** What computes, and its memory as it is now; undefined when the library cannot be opened. Never rejects. */
  async report(): Promise<DeviceReport | undefined> {
    try {
      return await reportOfDevices(await this.#opened());
    } catch {
      return undefined;
    }
  }

  /** Loads a model and runs a few tokens through it. Never rejects. A model of this id must not be loaded already. */
  async load(spec: ModelSpec, onProgress: (fraction: number) => void): Promise<LoadOutcome> {
    this.#unknownArchitecture = undefined;
    try {
      await checkModelFile(spec.file);
      const llama = await this.#opened();
      llama.maxThreads = Math.max(llama.maxThreads, spec.threads);
      const device = await deviceName(llama);
      const surroundings = { device, kvFolder: this.#kvFolder, chatFormats: this.#chatFormats, log: this.#log };
      // Before the load: should the file be replaced meanwhile, the new one is not taken for what was loaded.
      const { release } = llama.llamaCppRelease;
      const key = await archiveKey({ file: spec.file, library: release, device });
      const loaded = await LoadedModel.load(llama, surroundings, spec, onProgress);
      this.#models.set(spec.id, loaded);
      this.#archiveKeys.set(spec.id, key);
      return { kind: 'loaded', loaded, kept: await this.#keptOf(loaded, key) };
    } catch (error) {
      const cause = knownCause(error) ? error : ((await diagnoseModelFile(spec.file)) ?? error);
      const message = whyNotLoaded(spec, cause, this.#unknownArchitecture);
      return { kind: 'failed', error: { code: 'modelUnavailable', message } };
    }
  }

  async #keptOf(loaded: LoadedModel, key: string): Promise<readonly Kept[]> {
    if (loaded.machineModel.shelfTokensMax === 0) return [];
    return loaded.adopt(await this.#archive.take(key, this.#kvFolder.path));
  }

  /**
   * Frees all memory of a model and waits until it is back.
   * @param leftovers what its documents may ask for again.
   */
  async unload(id: ModelId, leftovers: readonly Leftover[]): Promise<Released> {
    const startedMs = performance.now();
    const loaded = this.#models.get(id);
    if (loaded === undefined) return { freedBytes: 0, tookMs: 0 };
    this.#models.delete(id);
    const key = this.#archiveKeys.get(id);
    this.#archiveKeys.delete(id);
    if (key !== undefined) await this.#archive.put(key, loaded.release(await loaded.save(leftovers)));
    const gauge = memoryGauge(await this.#opened());
    const heldBefore = await gauge.heldBytes();
    const { heldBytes } = loaded;
    this.#samplers.clear();
    await loaded.dispose();
    const { freedBytes } = await untilReleased(gauge, heldBefore, heldBytes);
    return { freedBytes, tookMs: performance.now() - startedMs };
  }

  /** Gives a model a context of another size, or again the one that it had. Never rejects. */
  async resize(
    loaded: LoadedModel,
    size: Pick<ModelSpec, 'sequences' | 'contextTokens' | 'threads'>,
    leftovers: readonly Leftover[],
  ): Promise<ResizeOutcome> {
    const { spec: before } = loaded;
    const kept = await loaded.save(leftovers);
    try {
      return { kind: 'resized', kept: await loaded.resize(size, kept) };
    } catch (cause) {
      const error = { code: 'modelUnavailable', message: whyNotLoaded(before, cause) } as const;
      try {
        return { kind: 'failed', error, kept: await loaded.resize(before, kept) };
      } catch {
        this.#models.delete(before.id);
        this.#samplers.clear();
        await loaded.dispose();
        return { kind: 'gone', error };
      }
    }
  }

  /** Runs one pass. Never rejects. */
  async run(pass: Pass): Promise<PassResult> {
    const model = this.#models.get(pass.model);
    if (model !== undefined) return await model.run(pass.items);
    return {
      items: pass.items.map(() => ({ kind: 'failed', message: sentence('The model was unloaded.') })),
      wallMs: 0,
    };
  }

  async #opened(): Promise<Llama> {
    this.#llama ??= this.#open().then((llama) => {
      if (!this.#samplers.serve(llama)) this.#log('Samplers are not used again: the library is not as expected.');
      return llama;
    });
    // What failed once may work at the next load, when another program has given memory back.
    this.#llama.catch(() => {
      this.#llama = undefined;
    });
    return await this.#llama;
  }

  /** Opens llama.cpp with the wanted processor, or with the CPU when that one does not work. */
  async #open(): Promise<Llama> {
    requireGnuC();
    const log = (message: string): void => this.#heard(message);
    if (this.#gpu === 'off') return await openLlama(false, log);
    try {
      const llama = await openLlama(this.#gpu, log);
      // The library silently computes on the CPU when this system can have no such processor at all.
      if (llama.gpu === false) this.#logFallback('there is none of this kind');
      return llama;
    } catch (error) {
      const found = !(error instanceof NoBinaryFoundError);
      const reason = error instanceof Error && found ? error.message : 'its library does not work on this system';
      this.#logFallback(reason);
    }
    return await openLlama(false, log);
  }

  /** Of what is wrong with a file the library's error says nothing, and llama.cpp's log does. */
  #heard(message: string): void {
    process.stderr.write(`llama.cpp: ${message.trimEnd()}\n`);
    this.#unknownArchitecture =
      /unknown model architecture: '([^']{1,64})'/.exec(message)?.[1] ?? this.#unknownArchitecture;
  }

  #logFallback(reason: string): void {
    this.#log(`The graphics processor (${this.#gpu}) cannot be used, computing on the CPU instead: ${reason}.`);
  }
}

/** Prebuilt binaries only: nothing is compiled or downloaded behind the user's back. */
async function openLlama(gpu: Exclude<Gpu, 'off'> | false, log: (message: string) => void): Promise<Llama> {
  letOthersInWhileReading();
  const llama = await getLlama({
    build: 'never',
    skipDownload: true,
    gpu,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => log(message),
  });
  llama.maxThreads = defaultThreads(llama);
  return llama;
}

class UnsupportedSystemError extends SaidError {
  override readonly name = 'UnsupportedSystemError';
}

/** The prebuilt binaries need the GNU C library; on a system with musl (Alpine) they fail to link with a message nobody understands. */
function requireGnuC(): void {
  if (process.platform !== 'linux') return;
  const report: unknown = process.report.getReport();
  const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : undefined;
  const isGnu = typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
  if (isGnu) return;
  throw new UnsupportedSystemError(
    sentence(
      'this system has the musl C library, but the engine needs glibc: use a distribution with glibc (Debian, Ubuntu, Fedora)',
    ),
  );
}

function knownCause(error: unknown): boolean {
  return (
    error instanceof ModelFileError ||
    error instanceof ContextError ||
    error instanceof UnsupportedSystemError ||
    error instanceof NoBinaryFoundError ||
    error instanceof InsufficientMemoryError
  );
}

function whyNotLoaded(spec: ModelSpec, error: unknown, unknownArchitecture?: string): Words {
  if (error instanceof ModelFileError || error instanceof ContextError) return error.words;
  if (error instanceof NoBinaryFoundError) {
    return sentence(
      'There is no llama.cpp for this system ({0} {1}) in the installation: install Punctual for this platform.',
      process.platform,
      process.arch,
    );
  }
  if (error instanceof InsufficientMemoryError) {
    return sentence(
      'There is not enough free memory for {0}: close other programs, or choose a smaller model or context.',
      spec.file,
    );
  }
  if (unknownArchitecture !== undefined)
    return sentence(
      "{0} cannot be loaded: its architecture, '{1}', is none that this version can run. Choose another model.",
      spec.file,
      unknownArchitecture,
    );
  const reason = wordsOf(error);
  return sentence('{0} cannot be loaded: {1}. Choose another model, or download this one again.', spec.file, reason);
}
