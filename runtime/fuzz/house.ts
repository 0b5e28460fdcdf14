/**
 * The server as it is (its door, its checks, conversations, features, scheduler and loop) over the simulated engine, in this process and on
 * a virtual clock, so that a hundred thousand conversations take minutes. What stays outside: the disk of models, and the network.
 */
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Holding } from '../core/residency/holdings.ts';
import { Diagnosis } from '../diagnose/index.ts';
import type { HostFacts } from '../diagnose/probe.ts';
import { VirtualClock } from '../engine/clock.ts';
import type { ModelSpec } from '../engine/engine.ts';
import { SimulatedEngine } from '../engine/simulated.ts';
import { Contexts } from '../features/completion/context/index.ts';
import { SyntaxReader } from '../features/completion/context/reader.ts';
import { AnswerEnds } from '../features/completion/extent.ts';
import { FeedbackBook } from '../features/completion/feedback-book.ts';
import { CompletionFeature } from '../features/completion/index.ts';
import { Restraint } from '../features/completion/restraint.ts';
import { GenerateFeature } from '../features/generate.ts';
import type { ChosenModel } from '../features/tasks.ts';
import { SummarizeFeature, TranslateFeature } from '../features/text.ts';
import { Recorder } from '../log/recorder.ts';
import { ordinaryMs } from '../loop/speeds.ts';
import { Loop } from '../loop.ts';
import { textsSide } from '../main/texts-side.ts';
import { ModelsError } from '../models/errors.ts';
import { type ModelFit, type ModelsListResult, protocolVersion } from '../protocol.ts';
import { Clients } from '../server/clients.ts';
import type { Services } from '../server/lsp.ts';
import { MachineWide } from '../server/machine-wide.ts';
import { Door } from '../server/socket.ts';

export const token = 'a-token-of-sufficient-length-for-the-fuzzer';

const model: ChosenModel = {
  ...{ id: 'm', name: 'M', demo: false, chosen: true, instructed: true, contextTokens: 2_048 },
};

const gigabyte = 1e9;
const holding: Holding = {
  classes: ['completion', 'summarize', 'translate', 'generate'],
  ...{ isPinned: true, isNamed: false, bytesFull: gigabyte, bytesSmall: gigabyte, fileBytes: gigabyte },
  ...{ cachedBytes: 0, loadMsCached: 100, loadMsCold: 500 },
};

const host: HostFacts = {
  runtime: { node: '20', platform: 'linux', arch: 'x64', cLibrary: { kind: 'none' } },
  engine: { devices: [] },
  machine: { cores: 1, power: 'mains', pressure: 'none' },
  disk: {},
};

/** Virtual time that a turn of the real event loop may take at most, and events of the simulation in it. */
const stepsPerTurn = 256;

export class House {
  readonly clock = new VirtualClock();
  readonly recorder: Recorder;
  readonly clients: Clients;
  readonly door: Door;
  readonly loop: Loop;
  lines = 0;

  /** @param root the clone, with built grammars in dist/. */
  constructor(root: string, seed: number) {
    const timer = (ms: number, callback: () => void) => this.clock.at(this.clock.now() + ms, callback);
    const now = (): number => this.clock.now();
    const log = (): void => {
      this.lines += 1;
    };
    const engine = new SimulatedEngine({ clock: this.clock, seed, models: { m: { loadMs: 50 } } });
    this.recorder = new Recorder({ bytesMax: 1e8, version: '0', userFolder: '/home/fuzz', timer, log });
    const holdings = {
      of: () => holding,
      memory: () => ({ budgetBytes: 8e9, cacheBytes: 0, isCacheShared: true, reading: undefined }),
      wholeBytes: 8e9,
    };
    const specOf = (id: string): ModelSpec => ({ id, file: id, sequences: 2, contextTokens: 2_048, threads: 1 });
    this.loop = new Loop(engine, { now, timer, specOf, holdings, recorder: this.recorder });
    const { loop } = this;
    const registry = { choose: () => model, describe: () => model, lighter: () => [] };
    const args = { media: path.join(root, 'media'), grammars: path.join(root, 'dist', 'grammars') };
    const texts = textsSide({ args, loop, registry, holdings, now });
    const book = new FeedbackBook({ counts: [], learned: {} });
    const restraint = new Restraint({ now, timer, book });
    const waits = { timer, restraint, ends: new AnswerEnds(texts.syntax, now) };
    const reader = new SyntaxReader(texts.syntax);
    const status = (clients: number) => ({
      ...{ version: '0', pid: 1, engineRestarts: 0, uptimeMs: now(), clients, windowMs: 1, classes: [], models: [] },
    });
    const services: Services = {
      tasks: loop,
      completion: new CompletionFeature(loop, registry, [], waits),
      summarize: new SummarizeFeature(texts),
      translate: new TranslateFeature(texts),
      generate: new GenerateFeature(texts),
      models: nothingInstalled,
      contexts: (documents) => new Contexts(reader, documents),
      feedback: { restraint, store: { book, file: 'statistics', clear: async () => book.clear() } },
      turns: this.recorder,
      watch: {
        follow: (charsMax, listener) => this.recorder.follow(charsMax, listener),
        ...{ scores: () => [], now, originMs: 0 },
      },
      machineWide: new MachineWide(() => undefined),
      version: '0',
      diagnosis: new Diagnosis({
        ...{ tasks: loop, models: registry, list: nothingInstalled.list, status: () => status(0) },
        ...{ protocol: protocolVersion, cachedBytes: () => undefined, host: async () => host, homes: ['/home/fuzz'] },
        ordinaryMs: (name) => ordinaryMs(loop.learned.costModel(model.id), name),
      }),
      know: () => Promise.resolve(),
      prepare: () => undefined,
      onSignal: (signal) => loop.tell({ kind: 'signal', signal }),
      stop: () => undefined,
      ...{ timer, log },
    };
    const lifetime = { clientCame: () => undefined, clientLeft: () => undefined };
    this.clients = new Clients({ services, status, lifetime, timer });
    const identity = { name: 'punctual', pid: 1, version: '0', protocol: protocolVersion } as const;
    this.door = new Door({ token, identity, onClient: (socket) => this.clients.welcome(socket), log });
  }

  /** Until the condition holds; false when it does not within so many turns of the event loop, each with a rest of this machine's time. */
  async until(condition: () => boolean, turns: number, restMs = 0): Promise<boolean> {
    for (let turn = 0; turn < turns; turn += 1) {
      if (condition()) return true;
      await (restMs > 0 ? sleep(restMs) : nextTurn());
      // Whoever waits for a disk has had his turn: until then no simulated time passes.
      for (let step = 0; step < stepsPerTurn && this.clock.step(); step += 1);
    }
    return condition();
  }

  async close(): Promise<void> {
    this.clients.dispose();
    const closed = this.loop.close();
    for (let turn = 0; turn < 8; turn += 1) {
      await nextTurn();
      for (let step = 0; step < stepsPerTurn && this.clock.step(); step += 1);
    }
    await closed;
  }
}

const empty: ModelsListResult = {
  ...{ folder: '/models', models: [], roles: [], leftovers: [] },
  memory: { budgetBytes: 0, freeBytes: 0, totalBytes: 0, message: 'There is none.' },
};

const refuse = (): Promise<never> => Promise.reject(new ModelsError('unknownModel', 'There is no such model.'));

const nothingInstalled: Services['models'] = {
  list: () => Promise.resolve(empty),
  pull: refuse,
  import: refuse,
  remove: refuse,
  fit: (): Promise<ModelFit> => refuse(),
};
