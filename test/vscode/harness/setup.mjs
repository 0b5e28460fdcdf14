#!/usr/bin/env node
/**
 * Installs the real VS Code that the tests run in when there is no desktop: the web workbench (code-server), its Node and
 * playwright-core from npm, and Debian's Chromium. `node test/vscode/harness/setup.mjs`; quick when all is there.
 *
 * Nothing of this can be a devDependency: code-server's postinstall refuses Node 20 and compiles kerberos. So it is installed
 * without scripts, in a folder of its own under `.vscode-web/`. The work is done in a staging folder that is renamed at the
 * end: an installation that was interrupted is never taken for a whole one, and two that run at once do not meet.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './chromium.mjs';
import { nodePackage, readyMarker, shown, versions, webFolder, webInstallation } from './paths.mjs';
import { isAlive } from './processes.mjs';

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
const commandMinutesMax = 15;

/** Built-in parts that no test touches; without them the installation is 457 MB instead of 807 MB. */
const prunedExtensions = ['copilot', 'mermaid-markdown-features'];
const prunedPackages = ['@github', '@microsoft/mxc-sdk'];

/** Installs what is missing. @throws {Error} with the command to run, when something cannot be installed from here. */
export async function ensureWebWorkbench() {
  await ensureChromium();
  if (existsSync(readyMarker)) return;
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) {
    throw new Error(
      `The web workbench exists for ${platforms.join(', ')}, not for ${platform}. Set VSCODE_EXECUTABLE to a desktop VS Code and run the suites only: node test/vscode/harness/run.mjs suite`,
    );
  }
  mkdirSync(webFolder, { recursive: true });
  removeAbandonedStages();
  const stage = path.join(webFolder, `stage-${process.pid}`);
  try {
    await install(stage);
    putInPlace(stage);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** @param {string} stage */
async function install(stage) {
  const began = Date.now();
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage);
  writeFileSync(path.join(stage, 'package.json'), '{ "name": "vscode-web", "private": true }\n');
  writeFileSync(path.join(stage, '.npmrc'), 'ignore-scripts=true\nengine-strict=false\naudit=false\nfund=false\n');
  progress(`installing VS Code's web workbench into ${shown(webInstallation)} (once; one to three minutes)`);
  progress(`code-server ${versions.codeServer}, Node ${versions.node}, playwright-core ${versions.playwright}`);
  const node = `${nodePackage()}@${versions.node}`;
  const exact = [node, `code-server@${versions.codeServer}`, `playwright-core@${versions.playwright}`];
  await npm(stage, ['install', '--save-exact', ...exact], {});

  const nodeFolder = path.join(stage, 'node_modules', nodePackage());
  const env = {
    PATH: `${path.join(nodeFolder, 'bin')}${path.delimiter}${process.env['PATH']}`,
    npm_config_nodedir: nodeFolder,
  };
  const vscode = path.join(stage, 'node_modules', 'code-server', 'lib', 'vscode');
  const production = ['install', '--omit=dev', '--ignore-scripts'];
  progress("VS Code's dependencies");
  // Not `npm ci`: the shrinkwrap that code-server publishes is out of step with its package.json.
  await npm(vscode, production, env);
  await npm(path.join(vscode, 'extensions'), production, env);
  await buildNativeParts(vscode, env);
  prune(vscode);
  const server = path.join(stage, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  const config = path.join(stage, 'config.yaml');
  const said = execFileSync(path.join(nodeFolder, 'bin', 'node'), [server, '--config', config, '--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const version = said.trim().split('\n').at(-1);
  writeFileSync(path.join(stage, path.basename(readyMarker)), `${JSON.stringify({ ...versions, version })}\n`);
  progress(`installed in ${Math.round((Date.now() - began) / 1000)} s: ${version}`);
}

/**
 * spdlog writes the extension host's log, native-watchdog ends it with its parent. Without a compiler the tests pass all the
 * same, and a failure then shows the browser's console and the server's output only.
 * @param {string} vscode
 * @param {Record<string, string>} env
 */
async function buildNativeParts(vscode, env) {
  if (!isOnPath('g++') || !isOnPath('make') || !isOnPath('python3')) {
    progress('no C++ compiler: the extension host will write no log file (tests run all the same)');
    return;
  }
  progress('compiling the log writer of VS Code (spdlog, native-watchdog)');
  try {
    await npm(vscode, ['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog'], env);
  } catch (error) {
    progress(`the log writer did not compile; tests run all the same (${error})`);
  }
}

/** @param {string} vscode */
function prune(vscode) {
  const modules = path.join(vscode, 'node_modules');
  const here = `${process.platform}-${process.arch}`;
  const doomed = [
    ...prunedPackages.map((name) => path.join(modules, name)),
    ...prunedExtensions.map((name) => path.join(vscode, 'extensions', name)),
    ...otherPlatforms(path.join(modules, 'node-pty', 'prebuilds'), here),
    ...otherPlatforms(path.join(modules, '@vscode', 'ripgrep-universal', 'bin'), here),
  ];
  for (const folder of doomed) rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} folder whose entries are named after platforms
 * @param {string} here the one to keep
 */
function otherPlatforms(folder, here) {
  if (!existsSync(path.join(folder, here))) return [];
  return readdirSync(folder)
    .filter((entry) => entry !== here)
    .map((entry) => path.join(folder, entry));
}

/** @param {string} stage */
function putInPlace(stage) {
  if (existsSync(readyMarker)) return; // another run was faster
  rmSync(webInstallation, { recursive: true, force: true });
  renameSync(stage, webInstallation);
}

/** Stages of processes that are gone: they were killed in the middle. */
function removeAbandonedStages() {
  for (const entry of readdirSync(webFolder)) {
    const pid = Number(/^stage-(\d+)$/.exec(entry)?.[1]);
    if (!pid || isAlive(pid)) continue;
    try {
      rmSync(path.join(webFolder, entry), { recursive: true, force: true });
    } catch (error) {
      // The npm of the killed run may still be writing there. The next run removes what is left; nothing depends on it.
      progress(`${entry} of an earlier run is still in use (${error instanceof Error ? error.message : error})`);
    }
  }
}

/** @param {string} program */
function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, program)));
}

/**
 * Runs npm and keeps its words for the case of failure.
 * @param {string} cwd
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<void>}
 */
function npm(cwd, args, env) {
  const options = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const child = spawn('npm', options, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not the option `timeout`: its timer goes on, and this process with it, when npm could not be started at all.
      signal: AbortSignal.timeout(commandMinutesMax * 60_000),
    });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
    });
    child.on('error', (error) => {
      if (error.name !== 'AbortError')
        reject(new Error(`npm cannot be started: ${error.message}. Is npm on the PATH?`));
      else
        reject(
          new Error(`npm ${args.join(' ')} did not end within ${commandMinutesMax} minutes:\n${said.slice(-3000)}`),
        );
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(new Error(`npm ${args.join(' ')} failed (${signal ?? code}) in ${cwd}:\n${said.slice(-3000)}`));
    });
  });
}

/** @param {string} line */
function progress(line) {
  console.log(`vscode setup: ${line}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensureWebWorkbench();
    progress(`ready: ${readFileSync(readyMarker, 'utf8').trim()}`);
  } catch (error) {
    console.error(`vscode setup: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
