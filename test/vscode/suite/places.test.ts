/** Where users are: notebook cells, and several folders in one window. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { PunctualApi } from '../../../extension/api.ts';

const waitMs = 45_000;
/** With one of these a model was asked, as it is for a file. */
const fromRuntime = ['answered', 'empty', 'unlikely', 'rejected'];

export function defineTests(): void {
  describe('notebooks', () => {
    it('when a suggestion is asked for in a cell, then the runtime knows the cell’s text and answers', async () => {
      const settings = vscode.workspace.getConfiguration('punctual');
      const api = await punctual();
      const cell = new vscode.NotebookCellData(
        vscode.NotebookCellKind.Code,
        'def add(a, b):\n    return a + b\n\ndef multiply(a, b):\n    ',
        'python',
      );
      try {
        await settings.update('model', 'embedded', vscode.ConfigurationTarget.Global);
        const notebook = await vscode.workspace.openNotebookDocument(
          'jupyter-notebook',
          new vscode.NotebookData([cell]),
        );
        const document = notebook.cellAt(0).document;
        assert.equal(document.uri.scheme, 'vscode-notebook-cell');
        const before = api.completions();
        // The provider is asked as the editor asks it, by hand, so that no rhythm of typing stands between.
        await vscode.window.showNotebookDocument(notebook);
        await vscode.commands.executeCommand('notebook.cell.edit');
        await until('the cell has the cursor', () => vscode.window.activeTextEditor?.document === document);
        const editor = vscode.window.activeTextEditor;
        assert.ok(editor);
        const end = new vscode.Position(document.lineCount - 1, 4);
        editor.selection = new vscode.Selection(end, end);
        await answered(api, before);
        assert.equal(api.completions()['documentUnknown'] ?? 0, before['documentUnknown'] ?? 0);
      } finally {
        await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
        await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      }
    }).timeout(2 * 60_000);
  });

  describe('settings that are the user’s alone', () => {
    it('when a workspace sets a member of one by a name with a dot, then VS Code merges it, and the user’s part has none', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
      const file = path.join(folder, '.vscode', 'settings.json');
      assert.ok(!existsSync(file), 'the sample has no settings of its own');
      const evil = 'https://evil.example';
      mkdirSync(path.dirname(file), { recursive: true });
      try {
        writeFileSync(file, JSON.stringify({ 'punctual.telemetry.tracesEndpoint': evil }));
        const read = () => vscode.workspace.getConfiguration('punctual').inspect<Record<string, unknown>>('telemetry');
        await until('the workspace’s settings are read', () => read()?.workspaceValue?.['tracesEndpoint'] === evil);
        assert.equal(read()?.globalValue?.['tracesEndpoint'], undefined);
        assert.equal(read()?.defaultValue?.['tracesEndpoint'], '');
      } finally {
        rmSync(path.dirname(file), { recursive: true, force: true });
      }
    });
  });

  describe('the runtime’s log', () => {
    it('when a window is connected, then the runtime writes its log below the home folder', async () => {
      await punctual();
      const file = path.join(process.env['PUNCTUAL_HOME'] ?? os.homedir(), 'logs', 'runtime.jsonl');
      await until('the log is there', () => existsSync(file));
    });
  });
}

/** Asks until a model was asked: one question at a time, as a new one takes back the one before. */
async function answered(api: PunctualApi, before: Readonly<Record<string, number>>): Promise<void> {
  const isAnswered = () => fromRuntime.some((end) => (api.completions()[end] ?? 0) > (before[end] ?? 0));
  while (!isAnswered()) {
    const ends = JSON.stringify(api.completions());
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await until('the end of a request', () => JSON.stringify(api.completions()) !== ends);
  }
}

async function punctual(): Promise<PunctualApi> {
  const extension = vscode.extensions.getExtension<PunctualApi>('punctual.punctual');
  assert.ok(extension);
  const api = await extension.activate();
  await until('the runtime is connected', () => api.connection().kind === 'connected');
  return api;
}

/** Asks again every 50 ms: VS Code has no event for all of these. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + waitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${waitMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
