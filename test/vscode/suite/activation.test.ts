/** How long VS Code took for the extension's code and its activation, by the marks of its own startup figures. Printed, and asserted nowhere. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';

const id = 'punctual.punctual';
const steps = ['LoadExtensionCode', 'ActivateExtension'] as const;

interface Mark {
  readonly name: string;
  /** Since 1970, in whole ms. */
  readonly startTime: number;
}

/** What 'Developer: Startup Performance' shows of the extension host is kept there. */
function marks(): readonly Mark[] {
  const kept: unknown = Reflect.get(globalThis, 'MonacoPerformanceMarks');
  const get = typeof kept === 'object' && kept !== null && 'getMarks' in kept ? kept.getMarks : undefined;
  return typeof get === 'function' ? get() : [];
}

export function defineTests(): void {
  describe('the activation', () => {
    it('when VS Code has activated the extension, then its startup figures say what that took', async () => {
      const extension = vscode.extensions.getExtension(id);
      await extension?.activate();
      const at = (name: string): number =>
        marks().find((mark) => mark.name === `code/extHost/${name}/${id}`)?.startTime ?? Number.NaN;
      const tookMs = steps.map((step) => at(`did${step}`) - at(`will${step}`));
      for (const [place, step] of steps.entries()) assert.ok((tookMs[place] ?? Number.NaN) >= 0, `no time of ${step}`);
      const [loadMs, activateMs] = tookMs;
      const bytes = statSync(path.join(extension?.extensionPath ?? '', 'dist', 'extension.cjs')).size;
      // The line is for whoever runs this: how fast the machine is no test can promise.
      Mocha.reporters.Base.consoleLog(
        `      activation: ${loadMs} ms for ${(bytes / 1e3).toFixed(1)} kB of code, ${activateMs} ms to activate`,
      );
    });
  });
}
