/**
 * Sees to it that nobody but its owner reads the home folder on Windows, where files have lists of who may and no modes: the rendezvous
 * file in it holds the token. A profile's own folder is as it should be; one that PUNCTUAL_HOME names may be anybody's.
 *
 * 1. The list is read as SDDL, which icacls writes in no language but its own ([MS-DTYP] 2.5.1).
 * 2. Is nobody on it but the owner, the system and administrators, who could take the file anyway, nothing is changed.
 * 3. Else nothing is inherited any more, and only the owner and the system may.
 * 4. The list is read once more: who is on it still was put there by name, and the runtime does not start.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { strangersIn } from '../client/access-list.ts';

/** What is asked of Windows, so that tests can answer as it does. */
export interface AccessLists {
  /** The user's own security identifier. */
  sid(): Promise<string>;
  /** The folder's list, as SDDL. */
  read(folder: string): Promise<string>;
  /** Takes away what is inherited, and lets this user and the system do everything. */
  restrict(folder: string, sid: string): Promise<void>;
}

/** @throws Error with a sentence, when others may read what is in the folder and that cannot be changed. */
export async function keepPrivate(folder: string, lists: AccessLists): Promise<void> {
  const sid = await lists.sid();
  if (strangersIn(await lists.read(folder), sid).length === 0) return;
  await lists.restrict(folder, sid);
  const left = strangersIn(await lists.read(folder), sid);
  if (left.length > 0)
    throw new Error(
      `Others (${left.join(', ')}) may read ${folder}, where Punctual keeps its token: remove them from its permissions, or set PUNCTUAL_HOME to a folder of your own.`,
    );
}

const toolMsMax = 10_000;
const run = promisify(execFile);

/** By programs of Windows itself, without a shell and by their full paths: a folder of the PATH is nobody to trust. */
export class WindowsAccessLists implements AccessLists {
  readonly #system: string;

  constructor(systemRoot = 'C:\\Windows') {
    this.#system = path.win32.join(systemRoot, 'System32');
  }

  async sid(): Promise<string> {
    const { stdout } = await this.#run('whoami.exe', ['/user', '/fo', 'csv', '/nh']);
    const sid = /"(S-1-[0-9-]+)"/.exec(stdout)?.[1];
    if (sid === undefined) throw new Error(`Windows does not say who the user is: ${stdout.slice(0, 200)}`);
    return sid;
  }

  async read(folder: string): Promise<string> {
    const file = path.join(os.tmpdir(), `punctual-acl-${randomUUID()}.txt`);
    try {
      await this.#run('icacls.exe', [folder, '/save', file]);
      return await readFile(file, 'utf16le');
    } finally {
      await rm(file, { force: true });
    }
  }

  async restrict(folder: string, sid: string): Promise<void> {
    const own = [`*${sid}:(OI)(CI)F`, '*S-1-5-18:(OI)(CI)F'];
    await this.#run('icacls.exe', [folder, '/inheritance:r', '/grant:r', ...own]);
  }

  #run(program: string, args: readonly string[]): Promise<{ stdout: string }> {
    return run(path.win32.join(this.#system, program), [...args], { timeout: toolMsMax, windowsHide: true });
  }
}

/** Undefined where files have modes. */
export function accessListsOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): AccessLists | undefined {
  return platform === 'win32' ? new WindowsAccessLists(env['SystemRoot']) : undefined;
}
