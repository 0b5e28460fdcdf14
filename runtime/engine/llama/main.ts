/**
 * The engine process: commands come in from the runtime over the IPC channel, events go out. It drives the step loop and lives only
 * as long as its parent's channel. A crash here costs the runtime a reload, not its queue.
 */
import { rmSync } from 'node:fs';
import { policyNamed } from '../../core/policies/index.ts';
import { asSent } from '../../core/sentence.ts';
import type { EngineEvent } from '../engine.ts';
import { Device, type Gpu } from './device.ts';
import { EngineProcess } from './engine-process.ts';
import { removeStaleKvFolders } from './kv-folder.ts';
import { commandSchema, type DeviceAnswer, deviceQuestionSchema, malformedSchema } from './messages.ts';

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Where nothing is said, Metal is used on Apple's processors, as every Mac that has one has it, and the CPU elsewhere. */
function gpuOf(value: string | undefined): Gpu {
  switch (value) {
    case undefined:
      return process.platform === 'darwin' && process.arch === 'arm64' ? 'auto' : 'off';
    case 'auto':
    case 'vulkan':
    case 'metal':
    case 'cuda':
      return value;
    default:
      return 'off';
  }
}

/** A message that is no command is a bug of the other side; who waits for an answer gets one all the same. */
function receive(message: unknown, engine: EngineProcess, send: (events: EngineEvent[]) => void): void {
  const command = commandSchema.safeParse(message);
  if (command.success) {
    engine.handle(command.data);
    return;
  }
  log(`A malformed command is refused: ${command.error.message}`);
  const malformed = malformedSchema.safeParse(message);
  if (!malformed.success) return;
  const [where] = command.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const error = { code: 'engineFailed', message: `The engine does not understand this command (${where}).` } as const;
  switch (malformed.data.kind) {
    case 'load':
      return send([{ kind: 'loadFailed', model: malformed.data.spec.id, error }]);
    case 'resize':
      return send([{ kind: 'resizeFailed', model: malformed.data.model, error }]);
    case 'start':
      return send([{ kind: 'ended', id: malformed.data.request.id, outcome: { kind: 'failed', error } }]);
    default:
      malformed.data satisfies never;
  }
}

/** The end is abrupt on purpose: an orderly disposal of the library may hang after aborted loads. */
function exit(code: number): void {
  process.exit(code);
}

function main(): void {
  if (process.send === undefined) {
    log('The engine process is started by the Punctual runtime; it has nothing to do by itself.');
    exit(2);
    return;
  }
  const tell = (message: EngineEvent[] | DeviceAnswer): void => {
    // The channel may break while this is written: then the parent is gone, and its 'disconnect' ends this process without a word.
    if (process.connected) process.send?.(asSent(message), undefined, {}, () => undefined);
  };
  const send = (events: EngineEvent[]): void => tell(events);
  const [name = 'punctual'] = process.argv.slice(2);
  const policy = policyNamed(name);
  if (policy === undefined) {
    log(`There is no policy '${name}'.`);
    exit(2);
    return;
  }
  const kvRoot = process.env['PUNCTUAL_KV_FOLDER'];
  if (kvRoot === undefined) {
    log('The engine process was not told where KV cells are kept (PUNCTUAL_KV_FOLDER).');
    exit(2);
    return;
  }
  void removeStaleKvFolders();
  const device = new Device(gpuOf(process.env['PUNCTUAL_GPU']), kvRoot, log);
  const engine = new EngineProcess(device, policy, send, log);
  process.on('message', (message: unknown) => {
    if (!deviceQuestionSchema.safeParse(message).success) return receive(message, engine, send);
    void device.report().then((report) => tell({ kind: 'devices', report }));
  });
  const leave = (): void => {
    // The runtime is gone, perhaps killed: what stands for source text goes with it.
    rmSync(kvRoot, { recursive: true, force: true });
    exit(0);
  };
  process.on('disconnect', leave);
  // It may have gone before this line.
  if (!process.connected) leave();
  // A rejection that nobody handles ends the process by Node's own rule; the runtime reads the reason from stderr.
}

main();
