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
import { SocketWriter } from './client/socket.ts';
import { LlamaEngine } from './engine/llama/process.ts';
import { CompletionFeature } from './features/completion/index.ts';
import { SummarizeFeature, TranslateFeature } from './features/text.ts';
import { Loop } from './loop.ts';
import { Registry } from './models/registry.ts';
import { protocolVersion, type Rendezvous } from './protocol.ts';
import { CheckedReader } from './server/checked.ts';
import { Lifetime } from './server/lifetime.ts';
import { Conversation, type Services } from './server/lsp.ts';
import { publish, withdraw } from './server/rendezvous.ts';
import { Door } from './server/socket.ts';
import { Throttle, toStatus } from './server/status.ts';

/** Set by the build from package.json. */
declare const PUNCTUAL_VERSION: string;

/** Four a second, as fast as a person can follow. */
const statusIntervalMs = 250;
const idleMsDefault = 60_000;
/** A client that leaves this much unread is cut off. */
const clientBufferBytesMax = 64 * 1024 * 1024;

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

async function run(args: Arguments): Promise<void> {
  const now = (): number => performance.now();
  const registry = new Registry({ embeddedFile: path.join(args.media, 'models', 'tinycode-4m-q8_0.gguf') });
  const engine = new LlamaEngine({ program: args.engineProgram, env: process.env, log });
  const loop = new Loop(engine, { now, timer, log, specOf: (id) => registry.specOf(id) });

  const token = randomBytes(32).toString('base64url');
  const identity = {
    name: 'punctual',
    pid: process.pid,
    version: PUNCTUAL_VERSION,
    protocol: protocolVersion,
  } as const;
  const conversations = new Set<Conversation>();
  const status = () =>
    toStatus({
      loop: () => loop.status(),
      describe: (id) => registry.describe(id),
      clients: () => conversations.size,
      version: PUNCTUAL_VERSION,
      pid: process.pid,
      uptimeMs: now,
    });
  const throttle = new Throttle(
    () => {
      const snapshot = status();
      for (const conversation of conversations) conversation.pushStatus(snapshot);
    },
    statusIntervalMs,
    timer,
  );
  loop.onChange(() => throttle.change());

  let clientCount = 0;
  const onClient = (socket: WebSocket): void => {
    lifetime.clientCame();
    const writer = new SocketWriter(socket, clientBufferBytesMax);
    const conversation = new Conversation(
      `c${++clientCount}`,
      new CheckedReader(socket, writer, log),
      writer,
      services,
      {
        onReady: () => {
          conversations.add(conversation);
          throttle.change();
        },
        onClose: () => {
          conversations.delete(conversation);
          throttle.change();
          lifetime.clientLeft();
        },
      },
    );
  };
  const door = new Door({ token, identity, onClient, log });

  let ending: Promise<void> | undefined;
  const end = (reason: string): Promise<void> => {
    ending ??= (async () => {
      log(`ends: ${reason}`);
      lifetime.dispose();
      throttle.dispose();
      await withdraw(args.home, own);
      await loop.close();
      await door.close();
      process.exit(0);
    })();
    return ending;
  };
  const lifetime = new Lifetime(args.idleMs, timer, () => void end('nobody has needed it for a while'));
  const services: Services = {
    tasks: loop,
    completion: new CompletionFeature(loop, registry, [path.join(args.media, 'sample')]),
    summarize: new SummarizeFeature(loop, registry),
    translate: new TranslateFeature(loop, registry),
    version: PUNCTUAL_VERSION,
    // The answer to the request that asks for it goes out first.
    stop: (reason) => setTimeout(() => void end(reason), 20),
    log,
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(signal));

  const port = await door.listen(args.port);
  const own: Rendezvous = { pid: process.pid, port, token, version: PUNCTUAL_VERSION, protocol: protocolVersion };
  await args.home.prepare();
  if (!(await publish(args.home, own))) {
    log('another runtime is up: this one ends');
    process.exit(0);
  }
  log(`runtime ${PUNCTUAL_VERSION} listens on 127.0.0.1:${port}`);
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
