/** That the harness itself works: these tests run in the extension host of a real VS Code. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

export function defineTests(): void {
  describe('The extension host of the tests', () => {
    it('when the tests run, then it is a VS Code that the extension supports', () => {
      const [major, minor] = vscode.version.split('.').map(Number);
      assert.equal(major, 1);
      assert.ok(Number(minor) >= 101, vscode.version);
    });

    it('when it has started, then the folder of the run is its workspace and its files can be read', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(folder);
      const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, 'sum.js'));
      assert.match(document.getText(), /function sum/);
    });

    it('when it looks at its environment, then the runtime of the tests has a home of its own', () => {
      assert.match(process.env['PUNCTUAL_HOME'] ?? '', /home$/);
    });
  });
}
