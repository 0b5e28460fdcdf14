/** `punctual uninstall`: lists what Punctual has put on this machine, and removes it once that is wanted. Ends the runtime first. */
import { tmpdir } from 'node:os';
import { isProcess, stopRuntime } from '../client/connect.ts';
import { type Belonging, type BelongingKind, footprint, removeBelongings } from '../client/footprint.ts';
import type { Home } from '../client/home.ts';
import { isAlive, readRendezvous } from '../client/rendezvous.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io } from './command.ts';
import { size } from './models-table.ts';
import { checkedHome, commandError, withRunning } from './session.ts';

const { help } = commonHelp;

const words: Readonly<Record<BelongingKind, string>> = {
  models: 'downloaded models',
  learned: 'what was measured and learned here',
  logs: 'logs',
  cells: 'temporary KV files',
  settings: 'your settings.json',
  runtime: 'files of the runtime',
};

export const uninstall: Command = {
  name: 'uninstall',
  usage: '[--yes] [--keep-models] [--json]',
  summary: 'remove what Punctual has put on this machine',
  options: { yes: { type: 'boolean' }, 'keep-models': { type: 'boolean' } },
  help: {
    yes: 'remove it without asking',
    'keep-models': 'leave downloaded models where they are',
    json: 'print one JSON object on stdout; removes nothing without --yes',
    help,
  },
  positionals: 0,

  async run(_, values, io) {
    const home = await checkedHome(io);
    const isJson = values['json'] === true;
    const isWanted = ({ kind }: Belonging): boolean => kind !== 'models' || values['keep-models'] !== true;
    const find = async (): Promise<Belonging[]> =>
      (await footprint({ home, temporaryFolder: tmpdir(), isProcess })).filter(isWanted);
    const found = await find();
    if (!isJson) await tell(found, home.folder, io);
    const isAgreed = values['yes'] === true || (found.length > 0 && !isJson && (await isConfirmed(io)));
    const failed = isAgreed ? await remove(find, home) : [];
    if (isJson) io.out(`${JSON.stringify({ folder: home.folder, removed: isAgreed, found, failed })}\n`);
    if (failed.length > 0) throw new CommandError(`These could not be removed: ${failed.join(', ')}.`, 'cannotRemove');
    if (!isJson && found.length > 0) io.out(isAgreed ? 'All that was removed.\n' : 'Nothing was removed.\n');
    return exitCodes.done;
  },
};

async function tell(found: readonly Belonging[], folder: string, io: Io): Promise<void> {
  if (found.length === 0) return io.out(`There is nothing of Punctual in ${folder}.\n`);
  const lines = found.map(
    ({ kind, bytes, paths }) => `${size(bytes).padStart(9)}  ${words[kind]}: ${paths.join(', ')}\n`,
  );
  io.out(lines.join(''));
  io.out('Models that you imported stay where they are, and so does the extension.\n');
  const clients = await withRunning(io, async (session) => (await session.status()).clients);
  if (clients === undefined) return;
  io.out('The runtime is running and is ended first.\n');
  // This one is a client, too.
  if (clients > 1)
    io.err('Windows with Punctual are open and start it again: uninstall the extension or close them first.\n');
}

async function isConfirmed(io: Io): Promise<boolean> {
  if (io.ask === undefined)
    throw new CommandError('There is no terminal to ask at: give --yes to remove it.', 'notAsked');
  return /^\s*y(es)?\s*$/i.test(await io.ask('Remove all that? [y/N] ', io.signal));
}

/** What is there is looked at again once the runtime has ended: it leaves something behind, and takes something with it. */
async function remove(find: () => Promise<Belonging[]>, home: Home): Promise<string[]> {
  const runtime = await readRendezvous(home);
  if (runtime !== undefined && (await isAlive(runtime)))
    await stopRuntime(runtime, 'uninstalled from the command line').catch((error: unknown) => {
      throw commandError(error);
    });
  return removeBelongings(await find(), home);
}
