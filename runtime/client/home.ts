/** Where the runtime of one user keeps its state on this machine. Reads no global: environment and platform are arguments. */
import { access, constants, mkdir } from 'node:fs/promises';
import path from 'node:path';

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

  get logFile(): string {
    return path.join(this.folder, 'runtime.log');
  }

  /** Downloaded models, and what the store notes of them. */
  get modelsFolder(): string {
    return path.join(this.folder, 'models');
  }

  /**
   * Makes the folder, readable by its owner alone.
   * @throws Error with a sentence when it cannot be made or written: locks and logs would fail later, and say less.
   */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await access(this.folder, constants.W_OK);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const message = `The folder ${this.folder} cannot be written (${cause}): change its permissions, or set PUNCTUAL_HOME.`;
      throw new Error(message, { cause: error });
    }
  }
}
