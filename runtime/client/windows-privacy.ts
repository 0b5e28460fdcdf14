/**
 * Whether the rendezvous file is the user's own on Windows, where files have lists of who may and no modes. Who could plant that file would
 * be sent the user's documents. Changes nothing.
 *
 * 1. A folder inside the user's profile is: Windows gives the profile to its user, the system and administrators. This is where the
 *    folder lies by itself, and costs no program.
 * 2. Anywhere else (PUNCTUAL_HOME) the folder and the file must belong to the user, and nobody else may be on their lists.
 * 3. What Windows does not tell is not believed.
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { isOwn } from './access-list.ts';

/** What is asked of Windows, so that tests can answer as it does. */
export interface WindowsOwners {
  /** The profile folder of the user who runs this. */
  profile(): string;
  /** Without links and short names. */
  realPath(place: string): Promise<string>;
  /** The user's own security identifier. */
  sid(): Promise<string>;
  /** Owner and list of each place, as SDDL. */
  read(places: readonly string[]): Promise<readonly string[]>;
}

export class WindowsPrivacy {
  readonly #owners: WindowsOwners;
  /** Folders that were found to be the user's alone: since then nobody else could change that. */
  readonly #own = new Set<string>();

  constructor(owners: WindowsOwners) {
    this.#owners = owners;
  }

  /** Of a file that is there. Never rejects. */
  async isPrivate(file: string): Promise<boolean> {
    const folder = path.win32.dirname(file);
    if (this.#own.has(folder)) return true;
    const isOurs = (await this.#isInProfile(folder)) || (await this.#isOwn(folder, file));
    if (isOurs) this.#own.add(folder);
    return isOurs;
  }

  async #isInProfile(folder: string): Promise<boolean> {
    const owners = this.#owners;
    try {
      const [real, profile] = await Promise.all([owners.realPath(folder), owners.realPath(owners.profile())]);
      const inside = path.win32.relative(profile, real);
      return inside !== '' && !inside.startsWith('..') && !path.win32.isAbsolute(inside);
    } catch {
      return false;
    }
  }

  async #isOwn(folder: string, file: string): Promise<boolean> {
    try {
      const places = [folder, file];
      const [sid, lists] = await Promise.all([this.#owners.sid(), this.#owners.read(places)]);
      return lists.length === places.length && lists.every((sddl) => isOwn(sddl, sid));
    } catch {
      return false;
    }
  }
}

const toolMsMax = 10_000;
const run = promisify(execFile);
const placeName = (index: number): string => `PUNCTUAL_PLACE_${index}`;

/** By programs of Windows itself, without a shell and by their full paths; the places go by the environment, so nothing is to be quoted. */
export class WindowsItself implements WindowsOwners {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #system: string;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    // Where modules of another PowerShell are named, this one does not find its own.
    const { PSModulePath: _, ...rest } = env;
    this.#env = rest;
    this.#system = path.win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  }

  /** As the system has it; the environment may say anything. */
  profile(): string {
    return os.userInfo().homedir;
  }

  realPath(place: string): Promise<string> {
    return realpath(place);
  }

  async sid(): Promise<string> {
    const { stdout } = await this.#run('whoami.exe', ['/user', '/fo', 'csv', '/nh'], {});
    const sid = /"(S-1-[0-9-]+)"/.exec(stdout)?.[1];
    if (sid === undefined) throw new Error('Windows does not say who the user is.');
    return sid;
  }

  async read(places: readonly string[]): Promise<readonly string[]> {
    const named = Object.fromEntries(places.map((place, index) => [placeName(index), place]));
    const asked = places.map((_, index) => `$env:${placeName(index)}`).join(',');
    const script = `$ErrorActionPreference='Stop'; Get-Acl -LiteralPath ${asked} | ForEach-Object { $_.Sddl }`;
    const program = path.win32.join('WindowsPowerShell', 'v1.0', 'powershell.exe');
    const { stdout } = await this.#run(program, ['-NoProfile', '-NonInteractive', '-Command', script], named);
    return stdout.split(/\r?\n/).filter((line) => line !== '');
  }

  #run(program: string, args: readonly string[], named: Readonly<Record<string, string>>) {
    const options = { timeout: toolMsMax, windowsHide: true, env: { ...this.#env, ...named } };
    return run(path.win32.join(this.#system, program), [...args], options);
  }
}

/** Undefined where files have modes. */
export function windowsPrivacyOf(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): WindowsPrivacy | undefined {
  return platform === 'win32' ? new WindowsPrivacy(new WindowsItself(env)) : undefined;
}
