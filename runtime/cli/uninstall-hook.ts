/**
 * What VS Code runs when the extension was uninstalled (`vscode:uninstall`), for five seconds at most and without anybody to ask: ends the
 * runtime and removes what it has learned and logged. Downloaded models stay, as they are gigabytes that another editor or the command
 * line may use; `punctual uninstall` removes them. While another window has the runtime, nothing is done. Says nothing and never fails.
 */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isProcess, stopRuntime } from '../client/connect.ts';
import { type BelongingKind, footprint, removeBelongings } from '../client/footprint.ts';
import { Home } from '../client/home.ts';
import { isAlive, readRendezvous } from '../client/rendezvous.ts';
import type { Io } from './command.ts';
import { homeOf, withRunning } from './session.ts';

/** The user's own choices and downloads. */
const staying: ReadonlySet<BelongingKind> = new Set(['models', 'settings']);

/** @returns whether anything was done. */
export async function afterUninstall(io: Io): Promise<boolean> {
  const home = new Home(homeOf(io));
  const clients = await withRunning(io, async (session) => (await session.status()).clients);
  if (clients !== undefined && clients > 1) return false;
  const runtime = await readRendezvous(home);
  if (runtime !== undefined && (await isAlive(runtime))) await stopRuntime(runtime, 'the extension was uninstalled');
  const found = await footprint({ home, temporaryFolder: tmpdir(), isProcess });
  await removeBelongings(
    found.filter(({ kind }) => !staying.has(kind)),
    home,
  );
  return true;
}

/** Runs when this file is the program, not when a test imports it. */
if (process.argv[1] !== undefined && path.basename(import.meta.url) === 'uninstall.mjs') {
  const programs = path.dirname(fileURLToPath(import.meta.url));
  const silence = (): void => undefined;
  await afterUninstall({
    ...{ out: silence, err: silence, env: process.env, cwd: process.cwd(), terminal: undefined, ask: undefined },
    ...{
      input: process.stdin,
      signal: new AbortController().signal,
      programs,
      media: path.join(programs, '..', 'media'),
    },
  }).catch(silence);
  process.exit();
}
