/** Where the runtime of one user keeps its state on this machine. Environment and platform are arguments. */
import { access, chmod, constants, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SaidError, sentence, type Words } from '../core/sentence.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The user's home folder. */
  readonly homedir: string;
}

/** PUNCTUAL_HOME, or what the platform's users expect. */
export function homeFolder({ env, platform, homedir }: Surroundings): string {
  const chosen = env['PUNCTUAL_HOME'];
  if (chosen) return path.resolve(chosen);
  switch (platform) {
    case 'win32':
      return path.join(absolute(env['LOCALAPPDATA']) ?? path.join(homedir, 'AppData', 'Local'), 'Punctual');
    case 'darwin':
      return path.join(homedir, 'Library', 'Application Support', 'Punctual');
    default:
      return path.join(absolute(env['XDG_STATE_HOME']) ?? path.join(homedir, '.local', 'state'), 'punctual');
  }
}

/** An empty or relative path would be another folder for each client; the XDG specification has such ones ignored. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && path.isAbsolute(folder) ? folder : undefined;
}

/** The files inside the home folder. */
export class Home {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Pid, port, token and version of the running runtime; mode 0600. */
  get rendezvousFile(): string {
    return path.join(this.folder, 'runtime.json');
  }

  /** Held for the moment of publication only. */
  get lockFile(): string {
    return path.join(this.folder, 'runtime.lock');
  }

  /** There while a client starts a runtime, see turn.ts. */
  get turnFile(): string {
    return path.join(this.folder, 'runtime.starting');
  }

  get logFile(): string {
    return path.join(this.folder, 'runtime.log');
  }

  /** What the runtime writes down, in files of a bounded size (log-files.ts); `logFile` is what its process says besides. */
  get logsFolder(): string {
    return path.join(this.folder, 'logs');
  }

  /** Downloaded models, and what the store notes of them. */
  get modelsFolder(): string {
    return path.join(this.folder, 'models');
  }

  /**
   * Makes the folder, readable by its owner alone; from one that is there already, the right of others to write is taken.
   * @throws HomeError when it cannot be made or written, or when others may write it and it is not this user's: locks and logs would fail
   * later, and say less.
   */
  async prepare(): Promise<void> {
    try {
      await makeFolder(this.folder);
      await access(this.folder, constants.W_OK);
      await keepOthersFromWriting(this.folder);
    } catch (error) {
      throw new HomeError(this.folder, codeOf(error));
    }
  }

  /** @throws HomeError when there is no room for anything. */
  async tryToWrite(): Promise<void> {
    const file = path.join(this.folder, `room-${process.pid}.draft`);
    try {
      await writeFile(file, 'room', { mode: 0o600 });
    } catch (error) {
      throw new HomeError(this.folder, codeOf(error));
    } finally {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }

  /** Makes nothing. @throws HomeError when no runtime can be found or started here; a folder that is not there yet is fine. */
  async check(): Promise<void> {
    const code = await stat(this.folder).then((stats) => (stats.isDirectory() ? undefined : 'ENOTDIR'), codeOf);
    const problem = code ?? (await access(this.folder, constants.R_OK | constants.X_OK).then(() => undefined, codeOf));
    if (problem !== undefined && problem !== 'ENOENT') throw new HomeError(this.folder, problem);
  }
}

/** One folder after the other: with `recursive` Node tries for ever where a folder is there and takes no folders (in /proc). */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let at = folder; (await stat(at).catch(unlessMissing)) === undefined; at = path.dirname(at)) {
    missing.unshift(at);
    if (path.dirname(at) === at) break;
  }
  for (const each of missing) await mkdir(each, { mode: 0o700 }).catch(unlessThere);
  if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Another process may have made it meanwhile. */
function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

/**
 * Settings and logs lie here: who may write the folder could put their own in their place. Windows keeps no modes, and the runtime looks at the
 * access list there.
 */
async function keepOthersFromWriting(folder: string): Promise<void> {
  const own = process.getuid?.();
  if (own === undefined) return;
  const { mode, uid } = await stat(folder);
  if ((mode & 0o022) === 0) return;
  if (uid !== own) throw Object.assign(new Error('others may write'), { code: 'EOTHERS' });
  await chmod(folder, mode & 0o7755);
}

/** A sentence for a person: why the home folder is of no use, and what to do. */
export class HomeError extends SaidError {
  /** `code`: of the operating system's error; EOTHERS is our own. */
  constructor(folder: string, code: string) {
    super(whyUnusable(folder, code));
    this.name = 'HomeError';
  }
}

function whyUnusable(folder: string, code: string): Words {
  const instead = sentence('set PUNCTUAL_HOME to a folder that you may write');
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return sentence('Punctual keeps its state in {0}, and a file is in the way: {1}.', folder, instead);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return sentence(
        'Punctual keeps its state in {0}, which you may not use: change its permissions, or {1}.',
        folder,
        instead,
      );
    case 'EOTHERS':
      return sentence(
        'Punctual keeps its state in {0}, which belongs to another user and which others may write: {1}.',
        folder,
        instead,
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return sentence('Punctual keeps its state in {0}, where no room is left: make some, or {1}.', folder, instead);
    default:
      return sentence('Punctual keeps its state in {0}, which does not work ({1}): {2}.', folder, code, instead);
  }
}

function codeOf(error: unknown): string {
  return (error instanceof Error && (error as NodeJS.ErrnoException).code) || String(error);
}
