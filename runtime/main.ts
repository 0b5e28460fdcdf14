/**
 * The composition root of the runtime: reads argv and the environment, builds everything, starts the server, and ends in order.
 * With {@link loop.ts} the only place that knows all the others.
 */
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { WebSocket } from 'ws';
import { Home, homeFolder } from './client/home.ts';
import { LlamaEngine } from './engine/llama/process.ts';
import { CompletionFeature } from './features/completion/index.ts';
import { isTaskError } from './features/tasks.ts';
import { SummarizeFeature, TranslateFeature } from './features/text.ts';
import { type Machine, openMachine } from './host/machine.ts';
import { powerPlaces } from './host/power.ts';
import { Loop } from './loop.ts';
import { Calibrations } from './models/calibrations.ts';
import { builtinCatalog } from './models/catalog/catalog.ts';
import { inspectModel } from './models/heads.ts';
import { Library } from './models/library.ts';
import { gpuProblems, machineReader } from './models/machine.ts';
import { ModelManager } from './models/manager.ts';
import { Memory, type MemoryReader } from './models/memory.ts';
import { News } from './models/news.ts';
import { Registry } from './models/registry.ts';
import { ModelStore } from './models/store/store.ts';
import { type ClientSettings, protocolVersion, type Rendezvous, type Status } from './protocol.ts';
import { Residence } from './residence.ts';
import { Clients } from './server/clients.ts';
import { Lifetime } from './server/lifetime.ts';
import type { Services } from './server/lsp.ts';
import { ModelDesk } from './server/models.ts';
import { publish, withdraw } from './server/rendezvous.ts';
import { Door } from './server/socket.ts';
import { toStatus } from './server/status.ts';

/** Set by the build from package.json. */
declare const PUNCTUAL_VERSION: string;

const idleMsDefault = 60_000;
const stopDelayMs = 20;

interface Arguments {
  readonly home: Home;
  readonly port: number;
  /** 0: never ends by itself. */
  readonly idleMs: number;
  readonly engineProgram: string;
  readonly media: string;
}

/** @throws Error with a sentence for whoever started this by hand. */
function readArguments(argv: readonly string[], programs: string): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      home: { type: 'string' },
      port: { type: 'string' },
      'idle-ms': { type: 'string' },
      engine: { type: 'string' },
    },
  });
  const number = (name: 'port' | 'idle-ms', max: number, fallback: number): number => {
    const text = values[name];
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw new Error(`--${name} is '${text}': give a whole number from 0 to ${max}.`);
    return value;
  };
  return {
    home: new Home(
      values.home
        ? path.resolve(values.home)
        : homeFolder({ env: process.env, platform: process.platform, homedir: homedir() }),
    ),
    port: number('port', 65_535, 0),
    idleMs: number('idle-ms', 2_147_483_647, idleMsDefault),
    engineProgram: values.engine ? path.resolve(values.engine) : path.join(programs, 'engine.mjs'),
    media: path.join(programs, '..', 'media'),
  };
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

function timer(ms: number, callback: () => void): () => void {
  const handle = setTimeout(callback, ms);
  return () => clearTimeout(handle);
}

class Runtime {
  readonly #args: Arguments;
  readonly #token = randomBytes(32).toString('base64url');
  readonly #loop: Loop;
  readonly #lifetime: Lifetime;
  readonly #clients: Clients;
  readonly #door: Door;
  readonly #store: ModelStore;
  readonly #library: Library;
  readonly #memory: Memory;
  readonly #registry: Registry;
  readonly #news: News;
  readonly #machine: Machine;
  readonly #residence: Residence;
  /** What the rendezvous file says once this process is the user's one runtime. */
  #published: Rendezvous | undefined;
  #ending: Promise<void> | undefined;

  constructor(args: Arguments, machine: Machine) {
    this.#args = args;
    const now = (): number => performance.now();
    const catalog = builtinCatalog();
    this.#store = new ModelStore({
      folder: args.home.modelsFolder,
      network: () => ({ env: process.env }),
      nowMs: () => Date.now(),
      random: Math.random,
      log,
      inspect: inspectModel,
    });
    const embeddedFile = path.join(args.media, 'models', 'tinycode-4m-q8_0.gguf');
    const library = new Library({ catalog, embeddedFile, store: this.#store, log });
    this.#library = library;
    this.#memory = new Memory(this.#memoryReader());
    const predictMs: Loop['ordinaryMs'] = (id, role) => this.#loop.ordinaryMs(id, role);
    const registry = new Registry({ catalog, library, memory: this.#memory, predictMs });
    this.#registry = registry;
    const engine = new LlamaEngine({ program: args.engineProgram, env: process.env, log });
    const costStore = new Calibrations({ folder: path.join(args.home.folder, 'calibrations'), log });
    this.#machine = machine;
    const residence = new Residence({
      models: registry,
      machine,
      changed: (changes) => this.#loop.tell({ kind: 'conditions', changes }),
      readEnded: () => this.#loop.tell({ kind: 'wake' }),
    });
    this.#residence = residence;
    const loop = new Loop(engine, {
      ...{ now, timer, log, costStore, files: residence, scheduler: { holdings: residence } },
      specOf: (id, isSmall) => registry.specOf(id, isSmall),
    });
    engine.onEvent((event) => residence.heard(event));
    engine.onEvent((event) => this.#news.heard(event));
    this.#loop = loop;
    this.#lifetime = new Lifetime(args.idleMs, timer, () => void this.end('nobody has needed it for a while'));
    const status = (clients: number): Status =>
      toStatus({
        loop: () => loop.status(),
        describe: (id) => registry.describe(id),
        clients: () => clients,
        version: PUNCTUAL_VERSION,
        pid: process.pid,
        uptimeMs: now,
        problems: gpuProblems(process.env['PUNCTUAL_GPU']),
      });
    const desk = this.#desk(catalog, () => status(0).models);
    this.#clients = new Clients({ services: this.#services(desk), status, lifetime: this.#lifetime, timer });
    loop.onChange(() => this.#clients.statusChanged());
    this.#news = new News({ library, memory: this.#memory, registry, timer });
    const who = { pid: process.pid, version: PUNCTUAL_VERSION, protocol: protocolVersion };
    const identity = { name: 'punctual', ...who } as const;
    const onClient = (socket: WebSocket): void => this.#clients.welcome(socket);
    this.#door = new Door({ token: this.#token, identity, onClient, log });
  }

  /** False when another runtime is up: then this one is not needed. @throws when the port is taken. */
  async start(): Promise<boolean> {
    void this.#machine.start();
    const port = await this.#door.listen(this.#args.port);
    const own = { pid: process.pid, port, token: this.#token, version: PUNCTUAL_VERSION, protocol: protocolVersion };
    await this.#args.home.prepare();
    if (!(await publish(this.#args.home, own))) return false;
    this.#published = own;
    log(`runtime ${PUNCTUAL_VERSION} listens on 127.0.0.1:${port}`);
    for (const problem of gpuProblems(process.env['PUNCTUAL_GPU'])) log(problem);
    return true;
  }

  /** Refuses new clients, settles what the others asked for, and ends the process. */
  end(reason: string): Promise<void> {
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  async #end(reason: string): Promise<void> {
    log(`ends: ${reason}`);
    this.#door.shut();
    this.#lifetime.dispose();
    this.#clients.dispose();
    this.#news.dispose();
    if (this.#published) await withdraw(this.#args.home, this.#published);
    // Downloads end first, so that what has come is kept.
    await this.#store.close();
    await Promise.all([this.#loop.close(), this.#machine.dispose()]);
    await this.#door.close();
    process.exit(0);
  }

  #desk(catalog: ReturnType<typeof builtinCatalog>, states: () => Status['models']): ModelDesk {
    const [library, store, folder] = [this.#library, this.#store, this.#args.home.modelsFolder];
    const manager = new ModelManager({ catalog, store, library, folder });
    const memory = this.#memory;
    return new ModelDesk({
      catalog,
      library,
      memory,
      store,
      folder,
      manager,
      states,
      registry: this.#registry,
      env: process.env,
    });
  }

  /** Of models that clients have chosen. */
  modelsOnDisk(): ReturnType<Residence['diskOf']>[] {
    return this.#loop.status().models.map(({ id }) => this.#residence.diskOf(id));
  }

  /** RAM that models may still take from what caches their files. */
  reservedBytes(): number {
    return this.#registry.isUnified ? (this.#registry.budgetBytes() ?? 0) : 0;
  }

  #services(models: ModelDesk): Services {
    const loop = this.#loop;
    const registry = this.#registry;
    return {
      tasks: loop,
      completion: new CompletionFeature(loop, registry, [path.join(this.#args.media, 'sample')]),
      summarize: new SummarizeFeature(loop, registry),
      translate: new TranslateFeature(loop, registry),
      models,
      version: PUNCTUAL_VERSION,
      know: async (settings) => {
        this.#residence.settings(settings);
        await this.#news.know(settings);
      },
      onSignal: (signal) => loop.tell({ kind: 'signal', signal }),
      prepare: (settings) => void this.#news.know(settings).then(() => this.#prepare(settings)),
      // The answer to the request that asks for it goes out first.
      stop: (reason) => void timer(stopDelayMs, () => void this.end(reason)),
      timer,
      log,
    };
  }

  #memoryReader(): MemoryReader {
    const { platform, arch, env } = process;
    return machineReader({
      loaded: () => this.#loop.status().models.flatMap(({ id, state }) => (state === 'ready' ? [id] : [])),
      ownBytes: (id) => this.#registry.ownBytes(id),
      engineRuns: () => this.#loop.status().enginePid !== undefined,
      gpu: env['PUNCTUAL_GPU'],
      platform,
      arch,
    });
  }

  #prepare(settings: ClientSettings): void {
    const model = this.#registry.choose('completion', settings);
    if (!isTaskError(model)) this.#loop.prepare(model.id);
  }
}

async function run(args: Arguments): Promise<void> {
  const now = (): number => performance.now();
  const machine = await openMachine({
    places: powerPlaces(process.platform, process.env['SystemRoot']),
    loadTimesFile: path.join(args.home.folder, 'load-times.json'),
    models: () => runtime?.modelsOnDisk() ?? [],
    reservedBytes: () => runtime?.reservedBytes() ?? 0,
    ...{ now, timer, log },
  });
  const runtime: Runtime = new Runtime(args, machine);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void runtime.end(signal));
  // Only one that is served in the foreground has a channel.
  process.once('disconnect', () => void runtime.end('the command that serves it is gone'));
  if (await runtime.start()) return;
  log('another runtime is up: this one ends');
  process.exit(0);
}

process.on('uncaughtException', (error) => {
  log(`a mistake of ours ends the runtime: ${error.stack ?? error.message}`);
  process.exit(1);
});

try {
  await run(readArguments(process.argv.slice(2), path.dirname(fileURLToPath(import.meta.url))));
} catch (error) {
  process.stderr.write(`punctual runtime: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
