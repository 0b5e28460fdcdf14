/** `punctual serve`: the runtime in the foreground, with its log on stderr, until Ctrl+C. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Home } from '../client/home.ts';
import { isAlive, readRendezvous } from '../client/rendezvous.ts';
import type { Rendezvous } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io, UsageError } from './command.ts';
import { homeOf, withRunning } from './session.ts';

const pollMs = 50;

const { json, help } = commonHelp;

export const serve: Command = {
  name: 'serve',
  usage: '[--port N] [--json]',
  summary: 'run the runtime in the foreground',
  options: { port: { type: 'string' } },
  help: { port: 'a port of 127.0.0.1 (default: a free one)', json, help },
  positionals: 0,

  async run(_, values, io) {
    const port = portOf(values['port']);
    const other = await withRunning(io, async (session) => session.runtimePid);
    if (other !== undefined)
      throw new CommandError(`A runtime is running already (process ${other}): 'punctual stop' ends it.`);
    const program = path.join(io.programs, 'runtime.mjs');
    const args = [program, '--home', homeOf(io), '--idle-ms', '0', '--port', String(port)];
    // By the channel the runtime learns of an end of this process that lets it do nothing any more.
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...io.env } });
    const ended = once(child, 'exit');
    const interrupt = (): void => void child.kill('SIGTERM');
    io.signal.addEventListener('abort', interrupt, { once: true });
    if (io.signal.aborted) interrupt();
    const scope = new AbortController();
    const announced = announce(io, child.pid, values['json'] === true, scope.signal);
    const [code] = await ended.finally(() => scope.abort());
    await announced;
    return code === 0 ? exitCodes.done : exitCodes.failed;
  },
};

/** 0 when not given: the runtime takes a free one. @throws UsageError */
function portOf(text: string | boolean | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`--port is '${text}': give a whole number from 1 to 65535`);
  return port;
}

/** Says on stdout that clients can come, once they can. */
async function announce(io: Io, pid: number | undefined, json: boolean, signal: AbortSignal): Promise<void> {
  const home = new Home(homeOf(io));
  let runtime: Rendezvous | undefined;
  while (runtime === undefined && !signal.aborted) {
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
    const found = await readRendezvous(home);
    if (found && found.pid === pid && (await isAlive(found))) runtime = found;
  }
  if (!runtime || signal.aborted) return;
  const { port } = runtime;
  if (json) io.out(`${JSON.stringify({ running: true, pid, port })}\n`);
  else io.out(`The runtime (process ${pid}) listens on 127.0.0.1:${port}; Ctrl+C ends it.\n`);
}
