/** What only the extension host can tell: the extension is there, reaches its runtime, and answers VS Code's own commands. */
import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { PunctualApi } from '../../../extension/api.ts';

const waitMs = 30_000;

async function api(): Promise<PunctualApi> {
  const extension = vscode.extensions.getExtension<PunctualApi>('punctual.punctual');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** Polls, as the extension's state has no promise of its own for this. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + waitMs; Date.now() < deadline; ) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`${what} did not happen within ${waitMs} ms`);
}

export function defineTests(): void {
  describe(`Punctual in VS Code ${vscode.version}`, () => {
    it('when VS Code has started, then the extension reaches its runtime in the background', async () => {
      const punctual = await api();
      await until('the connection', () => punctual.connection().kind === 'connected');
      await until('the first status', () => punctual.status() !== undefined);
      assert.equal(punctual.status()?.clients, 1);
    });

    it('when its commands are listed, then all of them are there, and none takes a key but where generated code is looked at', async () => {
      const commands = await vscode.commands.getCommands(true);
      const manifest = vscode.extensions.getExtension('punctual.punctual')?.packageJSON;
      for (const { command } of manifest.contributes.commands) assert.ok(commands.includes(command), command);
      for (const { when } of manifest.contributes.keybindings)
        assert.match(when, /^punctual\.generate(?:Here|Ready) && /);
    });

    it('when ghost text is triggered in the sample, then the demonstration model is asked and the count says so', async () => {
      const punctual = await api();
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
      const document = await vscode.workspace.openTextDocument(path.join(folder, 'Counter.java'));
      const editor = await vscode.window.showTextDocument(document);
      const line = document.lineAt(8);
      assert.match(line.text, /this\.count = count;/);
      const end = new vscode.Position(8, line.text.indexOf('count ='));
      const before = punctual.completions();
      await editor.edit((edit) => edit.delete(new vscode.Range(end, line.range.end)));
      editor.selection = new vscode.Selection(end, end);
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await until(
        'an answered completion',
        () => (punctual.completions()['answered'] ?? 0) > (before['answered'] ?? 0),
      );
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      await until('the accepted text', () => document.lineAt(8).text.trim() === 'this.count = count;');
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

    it('when a function is documented, then its comment stands above it, and one undo takes it back', async () => {
      const content = 'function add(a, b) {\n  return a + b;\n}\n';
      const document = await vscode.workspace.openTextDocument({ language: 'javascript', content });
      const editor = await vscode.window.showTextDocument(document);
      const inside = new vscode.Position(1, 2);
      editor.selection = new vscode.Selection(inside, inside);
      await vscode.commands.executeCommand('punctual.documentThis');
      await until('a comment', () => document.getText().startsWith('/**'));
      assert.ok(document.getText().endsWith(`*/\n${content}`), document.getText());
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), content);
    });

    it('when a folder is summarized, then a document about it fills to its end', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      await vscode.commands.executeCommand('punctual.summarizeFolder', folder);
      const summary = () =>
        vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'punctual-summary')?.getText() ?? '';
      await until('a summary with its promise', () => /promised/.test(summary()));
      assert.match(summary(), new RegExp(`^# Summary of ${path.basename(folder?.path ?? '')}\\n`));
    });

    it('when a document is translated, then a new editor of that language fills', async () => {
      const document = await vscode.workspace.openTextDocument({
        language: 'javascript',
        content: 'function add(a, b) {\n  return a + b;\n}\n',
      });
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('punctual.translate', { to: 'python' });
      await until('a Python document with text', () =>
        vscode.workspace.textDocuments.some(
          ({ languageId, getText }) => languageId === 'python' && getText().length > 0,
        ),
      );
      assert.equal(document.getText(), 'function add(a, b) {\n  return a + b;\n}\n', 'the source is untouched');
    });
  });
}
