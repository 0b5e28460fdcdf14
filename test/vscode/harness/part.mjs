#!/usr/bin/env node
/** One part of a run, for parts.mjs, which is told its counts: `part.mjs suite EXTENSION` or `part.mjs e2e SCRIPT VSIX`. */
import { runScript } from './e2e.mjs';
import { runSuites } from './suites.mjs';

const [kind, what = '', vsix = ''] = process.argv.slice(2);
// Whoever started it is gone: then it leaves nothing behind either.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

try {
  const counts = kind === 'suite' ? await runSuites(what) : await runScript(what, vsix);
  process.send?.(counts, () => process.exit(0));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
