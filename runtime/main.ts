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
import { Loop } from './loop.ts';
import { Calibrations } from './models/calibrations.ts';
import { Registry } from './models/registry.ts';
import { protocolVersion, type Rendezvous, type Status } from './protocol.ts';
import { Clients } from './server/clients.ts';
import { Lifetime } from './server/lifetime.ts';
import type { Services } from './server/lsp.ts';
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
  /** What the rendezvous file says once this process is the user's one runtime. */
  #published: Rendezvous | undefined;
  #ending: Promise<void> | undefined;

  constructor(args: Arguments) {
    this.#args = args;
    const now = (): number => performance.now();
    const registry = new Registry({ embeddedFile: path.join(args.media, 'models', 'tinycode-4m-q8_0.gguf') });
    const engine = new LlamaEngine({ program: args.engineProgram, env: process.env, log });
    const costStore = new Calibrations({ folder: path.join(args.home.folder, 'calibrations'), log });
    const loop = new Loop(engine, { now, timer, log, costStore, specOf: (id) => registry.specOf(id) });
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
      });
    this.#clients = new Clients({ services: this.#services(registry), status, lifetime: this.#lifetime, timer });
    loop.onChange(() => this.#clients.statusChanged());
    const identity = {
      name: 'punctual',
      pid: process.pid,
      version: PUNCTUAL_VERSION,
      protocol: protocolVersion,
    } as const;
    const onClient = (socket: WebSocket): void => this.#clients.welcome(socket);
    this.#door = new Door({ token: this.#token, identity, onClient, log });
  }

  /** False when another runtime is up: then this one is not needed. @throws when the port is taken. */
  async start(): Promise<boolean> {
    const port = await this.#door.listen(this.#args.port);
    const own = { pid: process.pid, port, token: this.#token, version: PUNCTUAL_VERSION, protocol: protocolVersion };
    await this.#args.home.prepare();
    if (!(await publish(this.#args.home, own))) return false;
    this.#published = own;
    log(`runtime ${PUNCTUAL_VERSION} listens on 127.0.0.1:${port}`);
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
    if (this.#published) await withdraw(this.#args.home, this.#published);
    await this.#loop.close();
    await this.#door.close();
    process.exit(0);
  }

  #services(registry: Registry): Services {
    const loop = this.#loop;
    return {
      tasks: loop,
      completion: new CompletionFeature(loop, registry, [path.join(this.#args.media, 'sample')]),
      summarize: new SummarizeFeature(loop, registry),
      translate: new TranslateFeature(loop, registry),
      version: PUNCTUAL_VERSION,
      prepare: (settings) => {
        const model = registry.choose(settings.model, settings.threads);
        if (!isTaskError(model)) loop.prepare(model.id);
      },
      // The answer to the request that asks for it goes out first.
      stop: (reason) => void timer(stopDelayMs, () => void this.end(reason)),
      timer,
      log,
    };
  }
}

async function run(args: Arguments): Promise<void> {
  const runtime = new Runtime(args);
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
