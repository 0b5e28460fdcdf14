/** Finds the browser that shows the workbench; installs Debian's where that is a machine's own business (CI). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const macPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const packages = ['chromium', 'fonts-dejavu-core'];

/** The browser's executable: CHROMIUM, or the first known one; undefined when there is none. */
export function findChromium() {
  const chosen = process.env['CHROMIUM'];
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM names ${chosen}, which does not exist.`);
    return chosen;
  }
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const places = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...places, ...macPlaces].find((place) => existsSync(place));
}

/** @throws {Error} with the one command to run, when there is no browser and this is not a CI machine. */
export async function ensureChromium() {
  if (findChromium()) return;
  const mayInstall = process.getuid?.() === 0 && ['1', 'true'].includes(process.env['CI'] ?? '');
  if (!mayInstall || process.platform !== 'linux') {
    throw new Error(`Chromium is missing. Install it, then run this again:\n  ${installCommand()}`);
  }
  console.log(`vscode setup: apt-get install ${packages.join(' ')}`);
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  if (!findChromium()) throw new Error(`apt-get installed ${packages.join(', ')}, but no chromium is on the PATH.`);
}

function installCommand() {
  if (process.platform === 'darwin') return 'brew install --cask chromium   # or set CHROMIUM to a Chrome executable';
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** @param {string[]} args */
function apt(args) {
  const { status, error, stdout, stderr } = spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15 * 60_000,
  });
  if (error) throw new Error(`apt-get cannot be started: ${error.message}`);
  if (status !== 0)
    throw new Error(`apt-get ${args.join(' ')} failed (${status}):\n${`${stdout}${stderr}`.slice(-3000)}`);
}
