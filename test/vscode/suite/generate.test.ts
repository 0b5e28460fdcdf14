/** Generated code in the editor: the document is as it was until the code is kept, and that is one step of undo. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PunctualApi } from '../../../extension/api.ts';

const content = 'function add(a, b) {\n\n}\n';
const inside = new vscode.Position(1, 0);
const asked = { instruction: 'return the sum' };

async function api(): Promise<PunctualApi> {
  const extension = vscode.extensions.getExtension<PunctualApi>('punctual.punctual');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** On a busy machine VS Code may take for the new document the one that the test before has closed: then another one is opened. */
async function newDocument(text: string): Promise<vscode.TextDocument> {
  for (let tries = 0; tries < 20; tries += 1) {
    const document = await vscode.workspace.openTextDocument({ language: 'javascript', content: text });
    if (document.getText() === text) return document;
  }
  throw new Error('VS Code opens no new document, but one that was closed.');
}

async function opened(text = content): Promise<vscode.TextEditor> {
  const document = await newDocument(text);
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(inside, inside);
  return editor;
}

/** To its end. What the demonstration model writes here is up to it, but it writes something. */
async function generated(punctual: PunctualApi): Promise<string> {
  await vscode.commands.executeCommand('punctual.generate', asked);
  const text = punctual.generated() ?? '';
  assert.notEqual(text.trim(), '');
  return text;
}

const keep = () => vscode.commands.executeCommand('punctual.keepGenerated');
const discard = () => vscode.commands.executeCommand('punctual.discardGenerated');
const undo = () => vscode.commands.executeCommand('undo');

export function defineTests(): void {
  describe('generated code', () => {
    let punctual: PunctualApi;
    before(async () => {
      punctual = await api();
    });
    afterEach(async () => {
      await discard();
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    });

    it('when it has come, then the document is untouched; kept, it has its place; one undo takes it back', async () => {
      const { document } = await opened();
      const { version } = document;
      const text = await generated(punctual);
      assert.equal(document.version, version);
      await keep();
      assert.equal(document.getText(), `function add(a, b) {\n${text}\n}\n`);
      assert.equal(punctual.generated(), undefined);
      await undo();
      assert.equal(document.getText(), content);
    });

    it('when it is discarded, then nothing has happened to the document', async () => {
      const { document } = await opened();
      const { version } = document;
      await generated(punctual);
      await discard();
      assert.equal(punctual.generated(), undefined);
      await keep();
      assert.deepEqual([document.getText(), document.version], [content, version]);
    });

    it('when something is typed elsewhere meanwhile, then both stay, and undo takes back one after the other', async () => {
      const editor = await opened();
      const coming = vscode.commands.executeCommand('punctual.generate', asked);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// typed\n'));
      await coming;
      const text = punctual.generated() ?? '';
      const place = new vscode.Position(2, 0);
      editor.selection = new vscode.Selection(place, place);
      await keep();
      assert.equal(editor.document.getText(), `// typed\nfunction add(a, b) {\n${text}\n}\n`);
      await undo();
      assert.equal(editor.document.getText(), `// typed\n${content}`);
      await undo();
      assert.equal(editor.document.getText(), content);
    });

    it('when somebody types at its place, then his text stays and the code is gone', async () => {
      const editor = await opened();
      await generated(punctual);
      await editor.edit((edit) => edit.insert(inside, '  return 1;'));
      assert.equal(punctual.generated(), undefined);
      assert.equal(editor.document.getText(), 'function add(a, b) {\n  return 1;\n}\n');
    });

    it('when lines are selected, then the code takes their place when it is kept; discarded, they are selected again', async () => {
      const text = 'function add(a, b) {\n  const c = a;\n  return c;\n}\n';
      const editor = await opened(text);
      const selection = new vscode.Selection(1, 0, 3, 0);
      editor.selection = selection;
      await generated(punctual);
      assert.equal(editor.document.getText(), text);
      await discard();
      assert.deepEqual([editor.selection.start.line, editor.selection.end.line], [1, 2]);
      editor.selection = selection;
      const code = await generated(punctual);
      await keep();
      assert.equal(editor.document.getText(), `function add(a, b) {\n${code}\n}\n`);
      await undo();
      assert.equal(editor.document.getText(), text);
    });

    it('when it is asked for once more, then the newer one takes the place of the older', async () => {
      const { document } = await opened();
      const first = vscode.commands.executeCommand('punctual.generate', asked);
      const second = vscode.commands.executeCommand('punctual.generate', asked);
      await Promise.all([first, second]);
      const text = punctual.generated() ?? '';
      await keep();
      assert.equal(document.getText(), `function add(a, b) {\n${text}\n}\n`);
    });

    it('when its cursor is elsewhere, then keep does nothing until it is back', async () => {
      const editor = await opened();
      const text = await generated(punctual);
      editor.selection = new vscode.Selection(0, 0, 0, 0);
      assert.equal(punctual.generated(), text);
      const other = await opened('let a = 1;\n');
      await keep();
      assert.equal(other.document.getText(), 'let a = 1;\n');
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      const back = await vscode.window.showTextDocument(editor.document);
      back.selection = new vscode.Selection(inside, inside);
      await keep();
      assert.equal(editor.document.getText(), `function add(a, b) {\n${text}\n}\n`);
    });

    it('when there are several cursors, then nothing is asked', async () => {
      const editor = await opened();
      editor.selections = [new vscode.Selection(0, 0, 0, 0), new vscode.Selection(1, 0, 1, 0)];
      await vscode.commands.executeCommand('punctual.generate', asked);
      assert.equal(punctual.generated(), undefined);
      assert.equal(editor.document.getText(), content);
    });
  });
}
