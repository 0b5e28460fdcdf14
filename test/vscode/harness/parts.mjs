/**
 * Runs the parts of a run (the suites, each end-to-end script) in processes of their own, some at once: each has a server, a browser, ports and
 * folders of its own, and most of its time it waits. What a part says is shown whole when it has ended; that of the only one at once.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('part.mjs', import.meta.url));

/**
 * @typedef {import('./suites.mjs').Counts} Counts
 * @typedef {{ name: string, args: string[] }} Part
 */

/**
 * Runs all, in their order. A signal ends what runs, and nothing more begins.
 * @param {readonly Part[]} parts
 * @param {number} atOnce how many may run at the same time
 * @returns {Promise<Counts>} a part that broke counts as one failure
 * @throws {Error} when it was interrupted
 */
export async function runParts(parts, atOnce) {
  const waiting = [...parts];
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const running = new Set();
  const total = { passed: 0, failed: 0 };
  let isInterrupted = false;
  const interrupt = () => {
    // Once: a second signal would force what is ending in order.
    if (isInterrupted) return;
    isInterrupted = true;
    waiting.length = 0;
    for (const child of running) child.kill('SIGTERM');
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, interrupt);
  const lane = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const { passed, failed } = await runPart(part, running, parts.length === 1);
      total.passed += passed;
      total.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, lane));
  for (const signal of signals) process.off(signal, interrupt);
  if (isInterrupted) throw new Error('Interrupted.');
  return total;
}

/**
 * @param {Part} part
 * @param {Set<import('node:child_process').ChildProcess>} running
 * @param {boolean} isShownAtOnce
 * @returns {Promise<Counts>}
 */
async function runPart({ name, args }, running, isShownAtOnce) {
  const began = Date.now();
  // A group of its own: the signals of a terminal come to it once, from here.
  const child = fork(program, args, { silent: !isShownAtOnce, detached: true });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  /** @type {Counts | undefined} */
  let counts;
  child.on('message', (message) => {
    counts = /** @type {Counts} */ (message);
  });
  const code = await new Promise((resolve) => {
    child.on('error', resolve);
    child.on('close', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  running.delete(child);
  if (said !== '') process.stdout.write(`${said.trimEnd()}\n`);
  console.log(`  ${name}: ${Math.round((Date.now() - began) / 1000)} s`);
  if (counts !== undefined) return counts;
  console.error(`  ✗ ${name} ended without a result (${code}).`);
  return { passed: 0, failed: 1 };
}
