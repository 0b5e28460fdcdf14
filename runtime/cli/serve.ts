/** `punctual serve`: the runtime in the foreground, with its log on stderr, until Ctrl+C. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { type Command, CommandError, commonHelp, exitCodes } from './command.ts';
import { homeOf, withRunning } from './session.ts';

export const serve: Command = {
  name: 'serve',
  usage: '[--port N]',
  summary: 'run the runtime in the foreground',
  options: { port: { type: 'string' } },
  help: { port: 'a port of 127.0.0.1 (default: a free one)', ...commonHelp },
  positionals: 0,

  async run(_, values, io) {
    const other = await withRunning(io, async (session) => session.runtimePid);
    if (other !== undefined)
      throw new CommandError(`A runtime is running already (process ${other}): 'punctual stop' ends it.`);
    const port = typeof values['port'] === 'string' ? ['--port', values['port']] : [];
    const args = [path.join(io.programs, 'runtime.mjs'), '--home', homeOf(io), '--idle-ms', '0', ...port];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...io.env } });
    io.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    return code === 0 || io.signal.aborted ? exitCodes.done : exitCodes.failed;
  },
};
