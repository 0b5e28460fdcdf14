/** Progress of a probe in a notification of VS Code. */
import type * as vscode from 'vscode';
import type { ProbeProgress } from '../runtime/protocol.ts';

/** VS Code adds increments up; the runtime tells how far it is. */
export function showProgress(report: vscode.Progress<{ message?: string; increment?: number }>) {
  let shown = 0;
  return ({ message, done, of }: ProbeProgress): void => {
    const percent = of === 0 ? 0 : (100 * done) / of;
    report.report({ message, increment: Math.max(0, percent - shown) });
    shown = Math.max(shown, percent);
  };
}
