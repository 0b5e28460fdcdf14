/** Runs inside the extension host. Mocha prints into the file that the shim names, else to the console. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import * as activation from './activation.test.ts';
import * as context from './context.test.ts';
import * as editor from './editor.test.ts';
import * as extension from './extension.test.ts';
import * as generate from './generate.test.ts';
import * as places from './places.test.ts';

/** A suite defines its tests when it is called, not when it is imported: mocha's words exist only then. */
const suites = [activation, editor, extension, generate, context, places];

/** Called by VS Code (--extensionTestsPath). Rejects when a test failed. */
export function run(): Promise<void> {
  const output = process.env['VSCODE_TEST_OUTPUT'];
  if (output) {
    // Mocha took its own reference to console.log when it was loaded.
    Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(output, `${format(...args)}\n`);
  }
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: false, timeout: 60_000 });
  mocha.suite.emit('pre-require', globalThis, 'index', mocha);
  for (const { defineTests } of suites) defineTests();
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failed) => {
      report({ passed: runner.stats?.passes ?? 0, failed });
      if (failed === 0) resolve();
      else reject(new Error(`${failed} tests failed in the extension host.`));
    });
  });
}

/** For run.mjs, which adds it to its own counts. */
function report(counts: { passed: number; failed: number }): void {
  const file = process.env['PUNCTUAL_TEST_COUNTS'];
  if (file) writeFileSync(file, JSON.stringify(counts));
}
