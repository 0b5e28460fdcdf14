/** What the editor's own language servers are asked for the context of completions. */
import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';

const waitMs = 45_000;

export function defineTests(): void {
  describe('the context of completions', () => {
    it('when a document comes to the front, then it is asked what names near the cursor mean', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
      const settings = vscode.workspace.getConfiguration('punctual');
      let asked: (name: string) => void = () => undefined;
      const first = new Promise<string>((resolve) => {
        asked = resolve;
      });
      // Nothing else in this editor knows what names of Go mean.
      const server = vscode.languages.registerDefinitionProvider('go', {
        provideDefinition(document, position) {
          asked(document.getText(document.getWordRangeAtPosition(position)));
          return new vscode.Location(vscode.Uri.file(path.join(folder, 'people.py')), new vscode.Position(0, 0));
        },
      });
      let late: NodeJS.Timeout | undefined;
      try {
        // By itself the demonstration model completes in no user's file, and then nothing is gathered for it.
        await settings.update('model', 'embedded', vscode.ConfigurationTarget.Global);
        const document = await vscode.workspace.openTextDocument(path.join(folder, 'queue.go'));
        const editor = await vscode.window.showTextDocument(document);
        editor.selection = new vscode.Selection(12, 0, 12, 0);
        const over = new Promise<never>((_, reject) => {
          late = setTimeout(() => reject(new Error(`Nothing was asked within ${waitMs} ms.`)), waitMs);
        });
        const name = await Promise.race([first, over]);
        assert.ok(document.getText().includes(name), `${name} stands in the document`);
        assert.match(name, /^\w+$/);
      } finally {
        clearTimeout(late);
        server.dispose();
        await settings.update('model', undefined, vscode.ConfigurationTarget.Global);
      }
    });
  });
}
