import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Words } from '../../../runtime/core/sentence.ts';
import { SummarizeFeature, type SummarizeRequest } from '../../../runtime/features/text.ts';
import { ScriptedTasks, settings } from '../fakes.ts';
import { kitOf } from '../text-kit.ts';

const never = new AbortController().signal;

function documentOf(name: string, text: string, language = 'python'): TextDocument {
  return TextDocument.create(`file:///home/project/${name}`, language, 1, text);
}

async function summarize(request: Partial<SummarizeRequest> & Pick<SummarizeRequest, 'document'>, answer = 'It adds.') {
  const notes: string[] = [];
  const tasks = new ScriptedTasks(() => ({ pieces: [answer] }));
  const listener = { onText: () => undefined, onNote: (note: Words) => notes.push(String(note)) };
  const whole = { settings, receivedMs: 1_000, targetMs: 600_000, ...request };
  const result = await new SummarizeFeature(kitOf(tasks)).run(whole, listener, never);
  return { result, notes, prompts: tasks.specs.map(({ prompt }) => (prompt.kind === 'chat' ? prompt.user : '')) };
}

describe('a summary of a folder', () => {
  it('when its files fit into one prompt, then each stands in it under its path', async () => {
    const { prompts } = await summarize({
      document: documentOf('src/a.py', 'a = 1\n'),
      more: [documentOf('src/inner/b%20c.ts', 'let b = 2;\n', 'typescript')],
    });
    expect(prompts).toHaveLength(1);
    expect(prompts[0]).toContain('a.py:\n```python\na = 1\n\n```\n\ninner/b c.ts:\n```typescript\nlet b = 2;\n\n```');
  });

  it('when they do not, then every part says which file it is of, and so does what is made of them', async () => {
    const text = (name: string): string => `${name} = 1\n`.repeat(800);
    const { prompts } = await summarize({
      document: documentOf('a.py', text('a')),
      more: [documentOf('b.py', text('b'))],
    });
    const parts = prompts.filter((prompt) => prompt.includes('```'));
    for (const part of parts) expect(part).toContain(/^a = 1/m.test(part) ? 'of a.py' : 'of b.py');
    expect(prompts.at(-1)).toMatch(/- a\.py, lines 1–\d+: It adds\.\n/);
    expect(prompts.at(-1)).toMatch(/- b\.py, lines \d+–800: It adds\./);
  });

  it('when some of them are empty or no text, then that is said; when all are, it is an error', async () => {
    const more = [documentOf('b.py', '\n'), documentOf('c.py', 'a\0b')];
    const { result } = await summarize({ document: documentOf('a.py', 'a = 1'), more });
    expect(result.notes).toEqual(['2 files were left out: empty, or not text.']);
    await expect(summarize({ document: documentOf('a.py', ''), more })).rejects.toThrow(
      'no file of the folder has text',
    );
  });
});

describe('a commit message', () => {
  it('when a diff is given, then the prompt asks for a message about the change', async () => {
    const { prompts } = await summarize({
      document: documentOf('staged', 'diff --git a/a b/a\n+x\n', 'diff'),
      purpose: 'commitMessage',
    });
    expect(prompts[0]).toMatch(/^Write the commit message of this change/);
    expect(prompts[0]).toContain('```diff\ndiff --git a/a b/a\n+x\n');
  });

  it('when it is long, then the message is made of what its parts change', async () => {
    const { prompts } = await summarize({
      document: documentOf('staged', '+ x = 1\n'.repeat(4_000), 'diff'),
      purpose: 'commitMessage',
    });
    expect(prompts.length).toBeGreaterThan(3);
    expect(prompts.at(-1)).toMatch(/^Write the commit message of this change[\s\S]*- lines 1–\d+: It adds\./);
  });
});

describe('a commit message whose time runs out', () => {
  it('when there is too little for all of it, then its parts are shorter, but it is a message still', async () => {
    const document = documentOf('staged', '+ x = 1\n'.repeat(4_000), 'diff');
    const { result, prompts } = await summarize({ document, purpose: 'commitMessage', targetMs: 50 });
    expect(prompts.at(-1)).toMatch(/^Write the commit message of this change/);
    expect(result.notes).toEqual(['The parts are summarized more briefly, as time runs out.']);
  });
});

describe('a prompt of the workspace', () => {
  it('when it cannot be used, then a note says so and the answer comes all the same', async () => {
    const { result, notes } = await summarize({ document: documentOf('a.py', 'a = 1'), workspace: 'not/absolute' });
    expect(result.text).toBe('It adds.');
    expect(notes).toEqual([expect.stringMatching(/is not used: the path of the workspace is not absolute\.$/)]);
    expect(result.notes).toEqual(notes);
  });
});
