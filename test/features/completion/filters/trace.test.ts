import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CompletionFeature } from '../../../../runtime/features/completion/index.ts';
import { chosenSettings, models, type Script, ScriptedTasks } from '../../fakes.ts';

/** The cursor is marked by `|` in the text. */
function complete(marked: string, script: Script, selected?: { readonly chars: number; readonly text: string }) {
  const document = TextDocument.create('file:///project/a.ts', 'typescript', 1, marked.replace('|', ''));
  const position = document.positionAt(marked.indexOf('|'));
  const start = document.positionAt(marked.indexOf('|') - (selected?.chars ?? 0));
  const completion = new CompletionFeature(new ScriptedTasks(() => script), models, []);
  const asked = { document, position, invoked: false, settings: chosenSettings, client: 'w1', receivedMs: 0 };
  const entry = selected && { range: { start, end: position }, text: selected.text };
  return completion.complete({ ...asked, ...(entry && { selected: entry }) }, new AbortController().signal);
}

describe('a completion whose answer was filtered', () => {
  it('when a filter changed it, then the trace names the filter', async () => {
    const { items, punctual } = await complete('foo(|)', { pieces: ['a, b', ')'] });
    expect(items[0]?.insertText).toBe('a, b');
    expect(punctual).toMatchObject({ reason: 'answered', filters: ['brackets'] });
    expect(punctual).not.toHaveProperty('droppedBy');
  });

  it('when nothing is left of it, then the trace says which filter left nothing', async () => {
    const { items, punctual } = await complete('if (a) {\n  |\n  return 1;\n}', { pieces: ['return 1;'] });
    expect(items).toEqual([]);
    expect(punctual).toMatchObject({ reason: 'empty', droppedBy: 'linesBelow' });
  });

  it('when no filter had anything to say, then the trace says nothing of filters', async () => {
    const { punctual } = await complete('let a =|', { pieces: [' 1;'] });
    expect(punctual).not.toHaveProperty('filters');
    expect(punctual).not.toHaveProperty('droppedBy');
  });

  it('when lines end in CRLF, then lines below and brackets are found all the same', async () => {
    const { items } = await complete('function f() {\r\n  |\r\n}\r\n', { pieces: ['return 1;\r\n}'] });
    expect(items[0]?.insertText).toBe('return 1;');
  });

  it('when the token limit cut the answer, then its last line is not shown', async () => {
    const script: Script = {
      pieces: ['const a = 1;\nconst b = a.fi'],
      outcome: { kind: 'finished', reason: 'length' },
    };
    expect((await complete('|', script)).items[0]?.insertText).toBe('const a = 1;');
  });

  it('when an entry is selected and the answer makes another word of it, then nothing is shown', async () => {
    const { items, punctual } = await complete('console.lo|', { pieces: ['ger.info();'] }, { chars: 2, text: 'log' });
    expect(items).toEqual([]);
    expect(punctual).toMatchObject({ reason: 'empty', droppedBy: 'selectedEntry' });
  });
});
