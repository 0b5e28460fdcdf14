/**
 * One throw-away user of VS Code and the server of the web workbench for it. Everything that the user has (settings, extensions,
 * workspace, PUNCTUAL_HOME, logs) lies in one temporary folder; `stop` leaves neither folder nor process behind.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { logsBelow, tail } from './artifacts.mjs';
import { repository, workbenchNode } from './paths.mjs';
import { endProcess, endRuntime, shortTempFolder, until } from './processes.mjs';
import { quietSettings, serverArguments, serverEnvironment } from './profile.mjs';

const startMs = 120_000;

export class Rig {
  folder = shortTempFolder('pv-');
  /** What a window opens unless it is told otherwise. */
  workspace = path.join(this.folder, 'workspace');
  /** PUNCTUAL_HOME: the runtime that the extension starts lives here, apart from the user's own. */
  punctualHome = path.join(this.folder, 'home');
  /** `host:port`; also the authority of the URIs of files. Set by `start`. */
  authority = '';
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #server;

  constructor() {
    for (const folder of ['workspace', 'home', 'extensions', 'user-data/User', 'user-data/Machine', 'run']) {
      mkdirSync(path.join(this.folder, folder), { recursive: true, mode: 0o700 });
    }
    writeFileSync(path.join(this.folder, 'config.yaml'), 'auth: none\n');
    this.writeSettings({});
  }

  get origin() {
    return `http://${this.authority}`;
  }

  /**
   * Replaces the user's settings; an open window notices. Settings of the scope `machine` go where VS Code asks for them in a window
   * on a server: in the user's own file they count or not, depending on what it reads first, that file or the extension's manifest.
   * @param {Record<string, unknown>} settings on top of those that make the editor quiet
   */
  writeSettings(settings) {
    const scopes = settingScopes();
    const all = Object.entries({ ...quietSettings, ...settings });
    for (const place of ['User', 'Machine']) {
      const own = all.filter(([name]) => (scopes.get(name) === 'machine') === (place === 'Machine'));
      const file = path.join(this.folder, 'user-data', place, 'settings.json');
      writeFileSync(file, JSON.stringify(Object.fromEntries(own), null, 2));
    }
  }

  /**
   * Writes a file of the workspace.
   * @param {string} name relative to the workspace
   * @param {string} text
   * @returns {string} its absolute path
   */
  write(name, text) {
    const file = path.join(this.workspace, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** A file of the workspace as it is on the disk. @param {string} name relative to the workspace */
  read(name) {
    return readFileSync(path.join(this.workspace, name), 'utf8');
  }

  /** Installs it for this user, as `code --install-extension` does. @param {string} vsix */
  installVsix(vsix) {
    const args = serverArguments(this.folder, ['--install-extension', path.resolve(vsix), '--force']);
    const env = serverEnvironment(this.folder, {});
    execFileSync(workbenchNode, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  }

  /**
   * Starts the server.
   * @param {Readonly<Record<string, string>>} [env] for the extension host and what it starts
   */
  async start(env = {}) {
    // Port 0: the system chooses one, and the log says which. A port that was merely free a moment ago can be another server's now.
    const server = spawn(workbenchNode, serverArguments(this.folder, ['--bind-addr', '127.0.0.1:0']), {
      cwd: this.folder,
      env: serverEnvironment(this.folder, { PUNCTUAL_HOME: this.punctualHome, ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // the leader of a group of its own, so that its extension hosts can be ended with it
    });
    this.#server = server;
    const log = path.join(this.folder, 'code-server.log');
    const stream = createWriteStream(log, { flags: 'a' });
    server.stdout.pipe(stream, { end: false });
    server.stderr.pipe(stream, { end: false });
    const answer = await until('the first page of code-server', () => this.#answer(server, log), Boolean, startMs);
    if (answer !== 200) throw new Error(`code-server does not serve its page (${answer}).\n${tail(log)}`);
  }

  /**
   * What the page answers; undefined while nothing listens. (`/healthz` answers before the workbench can be served.)
   * @param {import('node:child_process').ChildProcess} server
   * @param {string} log
   * @returns {Promise<number | string | undefined>}
   */
  async #answer(server, log) {
    if (server.exitCode !== null) return `it ended with code ${server.exitCode}`;
    const authority = /HTTP server listening on http:\/\/(127\.0\.0\.1:\d+)/.exec(tail(log))?.[1];
    if (authority === undefined) return undefined;
    this.authority = authority;
    const response = await fetch(`${this.origin}/?ew=true`, { signal: AbortSignal.timeout(5000) });
    return response.status;
  }

  /** The address of a window. @param {string} [folder] what it opens */
  url(folder = this.workspace) {
    const url = new URL(this.origin);
    url.searchParams.set('folder', folder);
    return url.toString();
  }

  /** Every log there is: the server's, the browser console's, the extension host's, the extension's and the runtime's. */
  logs() {
    return logsBelow(this.folder);
  }

  /**
   * Ends the server with its extension hosts, then the runtime, which outlives windows by design, and removes the folder.
   * @throws {Error} when the runtime left processes behind (they are ended all the same)
   */
  async stop() {
    if (this.#server?.pid) await endProcess(-this.#server.pid);
    const leftovers = await endRuntime(this.punctualHome);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (leftovers.length > 0) throw new Error(`Processes outlived the runtime:\n  ${leftovers.join('\n  ')}`);
  }
}

/** The scope of each of the extension's settings, by name. @returns {Map<string, string | undefined>} */
function settingScopes() {
  const manifest = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'));
  const properties = manifest.contributes.configuration.properties;
  return new Map(Object.entries(properties).map(([name, { scope }]) => [name, scope]));
}
