/** Runs inside the extension host. Mocha prints into the file that the shim names, else to the console. */
import { appendFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import { defineTests } from './extension.test.ts';

export function run(): Promise<void> {
  const file = process.env['VSCODE_TEST_OUTPUT'];
  if (file) {
    console.log = (...args: unknown[]) => appendFileSync(file, `${format(...args)}\n`);
  }
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: false, timeout: 60_000 });
  mocha.suite.emit('pre-require', globalThis, 'index', mocha);
  defineTests();
  return new Promise((resolve, reject) => {
    mocha.run((failures) =>
      failures === 0 ? resolve() : reject(new Error(`${failures} tests failed in the extension host.`)),
    );
  });
}
