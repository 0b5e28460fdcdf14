/** One model of the simulated machine: its memory, its sequences, the documents whose KV cells it holds. Also what a policy sees of it. */
import type { ModelState, ModelView, WaitingTask } from '../../core/residency/types.ts';
import type { BenchTask } from './day.ts';
import { loadMs } from './disk.ts';
import type { PageCache } from './page-cache.ts';
import { bufferGb, type DayClass, type Device, type FleetModel, gigabyte, type Role, tokens } from './workloads.ts';

/** A task that waits, as a policy sees it and as the machine knows it. */
export interface Queued extends WaitingTask {
  readonly task: BenchTask;
}

/** Documents whose cells are kept in files for a model that is not loaded. */
const parkedMax = 16;
/** To bring the cells of a document back from a file. */
const restoreMs = 5;
/** Of a pass, beside its tokens. */
const passMs = 2;

export class SimulatedModel implements ModelView {
  readonly id: Role;
  readonly classes: readonly DayClass[];
  readonly isPinned: boolean;
  readonly isNamed = false;
  readonly bytesFull: number;
  readonly bytesSmall: number;
  readonly fileBytes: number;
  readonly loadMsCached: number;
  readonly loadMsCold: number;
  state: ModelState = 'absent';
  isSmall = false;
  isDraining = false;
  readySinceMs = 0;
  lastUsedMs = 0;
  running = 0;
  readonly waiting: Queued[] = [];
  readonly #sequences: number;
  readonly #prefillMsPerToken: number;
  readonly #decodeMsPerToken: number;
  readonly #cache: PageCache;
  /** Tokens held for each document, least recent first. */
  #warm = new Map<number, number>();
  #parked = new Map<number, number>();

  constructor(spec: FleetModel, device: Device, cache: PageCache, isPinned: boolean) {
    this.id = spec.role;
    this.classes = [classOf(spec.role)];
    this.isPinned = isPinned;
    this.fileBytes = spec.fileGb * gigabyte;
    this.bytesFull = (spec.fileGb + spec.sequences * spec.sequenceGb + bufferGb) * gigabyte;
    this.bytesSmall = (spec.fileGb + spec.sequenceGb + bufferGb) * gigabyte;
    this.loadMsCached = loadMs(this.fileBytes, 0);
    this.loadMsCold = loadMs(0, this.fileBytes);
    this.#sequences = spec.sequences;
    this.#prefillMsPerToken = (1_000 * spec.fileGb) / device.prefillTokenGbPerSecond;
    this.#decodeMsPerToken = (1_000 * spec.fileGb) / device.bandwidthGbPerSecond + passMs;
    this.#cache = cache;
  }

  get cachedBytes(): number {
    return Math.min(this.fileBytes, this.#cache.cachedBytes(this.id));
  }

  get bytes(): number {
    return this.isSmall ? this.bytesSmall : this.bytesFull;
  }

  /** Memory that counts as used. */
  get heldBytes(): number {
    return this.state === 'absent' ? 0 : this.bytes;
  }

  get canStart(): boolean {
    return this.state === 'ready' && !this.isDraining && this.running < (this.isSmall ? 1 : this.#sequences);
  }

  /** What is known of its duration before it runs: the usual answer, nothing in the KV cache. */
  workMs(task: BenchTask): number {
    const prefillMs = passMs + task.promptTokens * this.#prefillMsPerToken;
    return task.promise === 'ttft' ? prefillMs : prefillMs + tokens[task.class].answer.median * this.#decodeMsPerToken;
  }

  /**
   * From the start of the task to its first and to its last token, in ms. `slowdown` of a decode: how many models share the device.
   * The document's cells are warm afterwards.
   */
  serve(task: BenchTask, slowdown: number): { readonly firstMs: number; readonly lastMs: number } {
    const warm = this.#warm.get(task.document);
    const held = warm ?? this.#parked.get(task.document) ?? 0;
    const fresh = task.promptTokens - Math.min(held, task.sharedTokens);
    const restored = warm === undefined && held > 0 ? restoreMs : 0;
    const firstMs = passMs + restored + fresh * this.#prefillMsPerToken * slowdown;
    this.#warm.delete(task.document);
    this.#warm.set(task.document, task.promptTokens + task.answerTokens);
    trim(this.#warm, this.isSmall ? 1 : this.#sequences);
    return { firstMs, lastMs: firstMs + task.answerTokens * this.#decodeMsPerToken * slowdown };
  }

  /** Its KV cells are gone, or in files if they are parked. */
  forget(parks: boolean): void {
    if (parks) for (const [document, held] of this.#warm) this.#parked.set(document, held);
    trim(this.#parked, parkedMax);
    this.#warm = new Map();
  }
}

function trim(documents: Map<number, number>, max: number): void {
  for (const document of documents.keys()) {
    if (documents.size <= max) return;
    documents.delete(document);
  }
}

export function classOf(role: Role): DayClass {
  switch (role) {
    case 'completion':
    case 'summarize':
    case 'translate':
    case 'chat':
      return role;
    case 'summarizeLong':
      return 'summarize';
    case 'translateNative':
      return 'translate';
    case 'chatDeep':
      return 'chat';
    default:
      throw new Error(`There is no role '${role satisfies never}'.`);
  }
}
