/** `punctual stop`: ends the user's runtime, and says so when it is really gone. Starts none. */
import { stopRuntime } from '../client/connect.ts';
import { Home } from '../client/home.ts';
import { isAlive, readRendezvous } from '../client/rendezvous.ts';
import { type Command, commonHelp, exitCodes } from './command.ts';
import { commandError, homeOf } from './session.ts';

const { json, help } = commonHelp;

export const stop: Command = {
  name: 'stop',
  usage: '[--json]',
  summary: 'end the runtime',
  options: {},
  help: { json, help },
  positionals: 0,

  async run(_, values, io) {
    const home = new Home(homeOf(io));
    await home.check().catch((error: unknown) => {
      throw commandError(error);
    });
    const runtime = await readRendezvous(home);
    const isRunning = runtime !== undefined && (await isAlive(runtime));
    if (isRunning) {
      await stopRuntime(runtime, 'stopped from the command line').catch((error: unknown) => {
        throw commandError(error);
      });
    }
    if (values['json']) io.out(`${JSON.stringify({ stopped: isRunning, ...(isRunning && { pid: runtime.pid }) })}\n`);
    else io.out(isRunning ? `The runtime (process ${runtime.pid}) has ended.\n` : 'No runtime is running.\n');
    return exitCodes.done;
  },
};
