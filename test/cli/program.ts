/** The built program as a user runs it: a process with a home of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './fake-io.ts';

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Whatever leads the developer's own programs to the network would lead those of the tests astray. */
const wayToTheNetwork = /^(HF_\w+|NODE_EXTRA_CA_CERTS|(HTTPS?|ALL|NO)_PROXY)$/i;

export class Program {
  /** Everything of the test is below it: the runtime's state, temporary files, sources. */
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.folder = folder;
    const own = Object.entries(process.env).filter(([name]) => !wayToTheNetwork.test(name));
    this.#env = { ...Object.fromEntries(own), PUNCTUAL_HOME: this.home, TMPDIR: folder, TEMP: folder, TMP: folder };
  }

  static async prepare(): Promise<Program> {
    return new Program(await mkdtemp(path.join(tmpdir(), 'punctual-cli-')));
  }

  get home(): string {
    return path.join(this.folder, 'state');
  }

  start(...args: string[]): ChildProcessWithoutNullStreams {
    return this.startWith({}, ...args);
  }

  startWith(env: NodeJS.ProcessEnv, ...args: string[]): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [path.join(root, 'dist', 'cli.mjs'), ...args], {
      cwd: this.folder,
      env: { ...this.#env, ...env },
    });
  }

  async run(...args: string[]): Promise<Finished> {
    return finished(this.start(...args));
  }

  /** With an open file for its stdout. */
  async runInto(fd: number, ...args: string[]): Promise<Omit<Finished, 'out'>> {
    const file = path.join(root, 'dist', 'cli.mjs');
    const options = { cwd: this.folder, env: this.#env };
    const child = spawn(process.execPath, [file, ...args], { ...options, stdio: ['ignore', fd, 'pipe'] });
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, err };
  }

  /** Ends the runtime, if one is left, and removes everything. */
  async dispose(): Promise<void> {
    await this.run('stop');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
