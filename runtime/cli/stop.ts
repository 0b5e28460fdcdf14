/** `punctual stop`: ends the user's runtime, and says so when it is really gone. Starts none. */
import { ConnectError, stopRuntime } from '../client/connect.ts';
import { Home } from '../client/home.ts';
import { isAlive, readRendezvous } from '../client/rendezvous.ts';
import { type Command, CommandError, commonHelp, exitCodes } from './command.ts';
import { homeOf } from './session.ts';

export const stop: Command = {
  name: 'stop',
  usage: '[--json]',
  summary: 'end the runtime',
  options: {},
  help: commonHelp,
  positionals: 0,

  async run(_, values, io) {
    const runtime = await readRendezvous(new Home(homeOf(io)));
    const isRunning = runtime !== undefined && (await isAlive(runtime));
    if (isRunning) {
      await stopRuntime(runtime, 'stopped from the command line').catch((error: unknown) => {
        throw error instanceof ConnectError ? new CommandError(error.message) : error;
      });
    }
    if (values['json']) io.out(`${JSON.stringify({ stopped: isRunning, ...(isRunning && { pid: runtime.pid }) })}\n`);
    else io.out(isRunning ? `The runtime (process ${runtime.pid}) has ended.\n` : 'No runtime is running.\n');
    return exitCodes.done;
  },
};
