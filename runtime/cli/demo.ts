/**
 * `punctual demo`, which `npm start` runs: the sample folder in VS Code with the extension where a desktop `code` is found, else a
 * person's keystrokes in the terminal, with a summary and a translation running all the while, and at the end what was promised
 * against what was measured. Uses a runtime of its own, in a temporary home, and leaves nothing behind.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stopRuntime } from '../client/connect.ts';
import { Home } from '../client/home.ts';
import { readRendezvous } from '../client/rendezvous.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io } from './command.ts';
import { perform } from './demo-performance.ts';
import { PlainScreen, type Screen, TerminalScreen } from './demo-screen.ts';
import { withSession } from './session.ts';

export const demo: Command = {
  name: 'demo',
  usage: '[--terminal]',
  summary: 'show it: in VS Code where one is found, else in the terminal',
  options: { terminal: { type: 'boolean' } },
  help: { terminal: 'stay in the terminal even where VS Code is found', ...commonHelp },
  positionals: 0,

  async run(_, values, io) {
    const code = values['terminal'] ? undefined : findCode(io);
    return code === undefined ? inTerminal(io) : inVsCode(code, io);
  },
};

/** The desktop's `code`, if there is one and a display to show it on. */
function findCode({ env }: Io): string | undefined {
  if (process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return undefined;
  const names = process.platform === 'win32' ? ['code.cmd', 'code-insiders.cmd'] : ['code', 'code-insiders', 'codium'];
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function inVsCode(code: string, io: Io): number {
  const root = path.join(io.programs, '..');
  io.out(
    `Opening the sample folder in ${code}, with the extension. Go to sum.js and type; 'npm start -- --terminal' stays here instead.\n`,
  );
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', path.join(io.media, 'sample')];
  // A .cmd file is a script of the shell; its arguments are ours and hold no user's text.
  const { status, error } = spawnSync(code, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (error)
    throw new CommandError(
      `${code} could not be started (${error.message}): 'npm start -- --terminal' shows the demo in the terminal.`,
    );
  return status === 0 ? exitCodes.done : exitCodes.failed;
}

async function inTerminal(io: Io): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'punctual-demo-'));
  const own: Io = { ...io, env: { ...io.env, PUNCTUAL_HOME: folder } };
  const screen: Screen = io.isTerminal ? new TerminalScreen(io.out) : new PlainScreen(io.out);
  try {
    await withSession(own, {}, (session) => perform(session, screen, path.join(io.media, 'sample'), io.signal));
    return exitCodes.done;
  } finally {
    screen.close();
    const runtime = await readRendezvous(new Home(folder));
    if (runtime) await stopRuntime(runtime, 'the demo is over');
    await rm(folder, { recursive: true, force: true });
  }
}
