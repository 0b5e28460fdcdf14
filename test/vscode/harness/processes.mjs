/** Processes and folders that a run makes, and the certainty that they are gone at its end. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;
const goneMs = 5000;

/**
 * Asks again and again until the answer is right, and returns it. A question that throws is asked again too.
 * @template T
 * @param {string} what for the error: "<what> did not come within …"
 * @param {() => T | Promise<T>} ask
 * @param {(answer: T) => unknown} [isRight] by default: whether the answer is truthy
 * @param {number} [timeoutMs]
 * @returns {Promise<T>}
 */
export async function until(what, ask, isRight = Boolean, timeoutMs = 30_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    let last;
    try {
      const answer = await ask();
      if (isRight(answer)) return answer;
      last = JSON.stringify(answer)?.slice(0, 600);
    } catch (error) {
      last = String(error);
    }
    if (Date.now() > end) throw new Error(`${what} did not come within ${timeoutMs} ms; the last answer was: ${last}`);
    await delay(pollMs);
  }
}

/**
 * A new folder with a short path: VS Code puts unix sockets in it, whose paths end at 103 characters.
 * @param {string} prefix
 */
export function shortTempFolder(prefix) {
  const base = tmpdir().length <= 24 || process.platform === 'win32' ? tmpdir() : '/tmp';
  return mkdtempSync(path.join(base, prefix));
}

/** @param {number} pid a process, or minus the leader of a group */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * SIGTERM, and SIGKILL for what is still there afterwards. Resolves when all are gone.
 * @param {number} pid a process, or minus the leader of a group
 */
export async function endProcess(pid) {
  const isGone = () => !isAlive(pid);
  if (!signal(pid, 'SIGTERM')) return;
  try {
    await until(`the end of process ${pid} after SIGTERM`, isGone, Boolean, goneMs);
  } catch {
    signal(pid, 'SIGKILL');
    await until(`the end of process ${pid} after SIGKILL`, isGone, Boolean, goneMs);
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 * @returns {boolean} whether there was anybody to signal
 */
function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends the runtime of a test's PUNCTUAL_HOME, and everything else that was started with that home.
 * @param {string} home
 * @returns {Promise<string[]>} what did not end by itself together with the runtime: a defect of whoever left it
 */
export async function endRuntime(home) {
  const runtimePid = readRuntimePid(home);
  if (runtimePid !== undefined) await endProcess(runtimePid);
  try {
    await until(
      'the end of what the runtime started',
      () => processesOf(home),
      (left) => left.length === 0,
      goneMs,
    );
    return [];
  } catch {
    const left = processesOf(home);
    for (const { pid } of left) await endProcess(pid);
    return left.map(({ pid, command }) => `${pid} ${command}`);
  }
}

/** From $PUNCTUAL_HOME/runtime.json. @param {string} home @returns {number | undefined} */
function readRuntimePid(home) {
  try {
    const { pid } = JSON.parse(readFileSync(path.join(home, 'runtime.json'), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined; // no runtime was started, or it has left already
  }
}

/**
 * Processes whose environment or command line names this home. Only Linux tells; elsewhere the list is empty.
 * @param {string} home
 */
function processesOf(home) {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1'); // empty for a process that has ended
      const isOurs = environment.includes(`PUNCTUAL_HOME=${home}\0`) || command.includes(`\0${home}\0`);
      return isOurs ? [{ pid, command: command.replaceAll('\0', ' ').slice(0, 160) }] : [];
    } catch {
      return []; // gone between the two looks, or another user's
    }
  });
}
