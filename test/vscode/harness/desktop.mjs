/** Decides whether the suites can run in a desktop VS Code. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { repository, shown } from './paths.mjs';

const releases = 'https://update.code.visualstudio.com/api/releases/stable';
const reachableMs = 4000;
const downloadIdleMs = 15_000;

/**
 * @typedef {{ executable: string, launchArguments: string[], name: string }} Desktop
 *
 * 1. VSCODE_EXECUTABLE: that one, wherever it comes from.
 * 2. No display and no xvfb-run: undefined, and no network is tried.
 * 3. The download server does not answer in time, or the download fails: undefined.
 * 4. The newest stable VS Code, kept in .vscode-test/.
 * @returns {Promise<Desktop | undefined>}
 */
export async function findDesktop() {
  const chosen = process.env['VSCODE_EXECUTABLE'];
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`VSCODE_EXECUTABLE names ${chosen}, which does not exist.`);
    return { executable: chosen, launchArguments: [], name: chosen };
  }
  const display = findDisplay();
  if (!display || !(await isReachable())) return undefined;
  try {
    const cachePath = path.join(repository, '.vscode-test');
    const code = await downloadAndUnzipVSCode({ cachePath, timeout: downloadIdleMs });
    if (display === 'own') return { executable: code, launchArguments: [], name: shown(code) };
    return { executable: display, launchArguments: ['-a', code], name: `${shown(code)} under xvfb-run` };
  } catch (error) {
    console.log(`No desktop VS Code: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** @returns {string | undefined} 'own', or the xvfb-run that makes one */
function findDisplay() {
  if (process.platform !== 'linux') return 'own';
  if (process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return 'own';
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, 'xvfb-run')).find((file) => existsSync(file));
}

async function isReachable() {
  return fetch(releases, { method: 'HEAD', signal: AbortSignal.timeout(reachableMs) }).then(
    (response) => response.ok,
    () => false,
  );
}
