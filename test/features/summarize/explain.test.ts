import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { SummarizeFeature } from '../../../runtime/features/text.ts';
import { cursorIn } from '../../syntax/world.ts';
import { ScriptedTasks, settings } from '../fakes.ts';
import { kitOf } from '../text-kit.ts';

/** The code in the prompt, asked for at the mark. */
async function explained(marked: string, languageId: string, chars = 0): Promise<string> {
  const { text, offset } = cursorIn(marked);
  const document = TextDocument.create('file:///home/project/a', languageId, 1, text);
  const tasks = new ScriptedTasks(() => ({ pieces: ['It adds.'] }));
  const range = { start: document.positionAt(offset), end: document.positionAt(offset + chars) };
  const request = { document, range, settings, receivedMs: 1_000, purpose: 'hover' as const };
  const listener = { onText: () => undefined, onNote: () => undefined };
  await new SummarizeFeature(kitOf(tasks)).run(request, listener, new AbortController().signal);
  const [spec] = tasks.specs;
  const prompt = spec?.prompt.kind === 'chat' ? spec.prompt.user : '';
  return /```\w*\n([\s\S]*)\n```/.exec(prompt)?.[1] ?? '';
}

const code = 'import a from "a";\n\nfunction add(x: number) {\n  return x‸ + 1;\n}\n\nfunction sub() {}\n';

describe('an explanation of what stands at a place', () => {
  it('when the place is inside of a declaration, then that is explained, with either line ends', async () => {
    const own = 'function add(x: number) {\n  return x + 1;\n}';
    expect(await explained(code, 'typescript')).toBe(own);
    expect(await explained(code.replaceAll('\n', '\r\n'), 'typescript')).toBe(own);
  });

  it('when the place is in a method, then that and not its class is explained', async () => {
    expect(await explained('class A:\n    def add(self):\n        return ‸1\n', 'python')).toMatch(/^def add/);
  });

  it('when something is selected, then that is explained', async () => {
    expect(await explained('let a = ‸1 + 2;\n', 'typescript', 5)).toBe('1 + 2');
  });

  it('when no grammar is known, or nothing is declared there, then it is the lines around', async () => {
    expect(await explained('one\ntwo\n\nthr‸ee\nfour\n\nfive\n', 'plaintext')).toBe('three\nfour');
    expect(await explained('‸one\n\ntwo', 'plaintext')).toBe('one');
  });

  it('when nothing stands there, then it is an error that says where', async () => {
    await expect(explained('one\n\n\n\n‸\n\n\n\ntwo\n', 'plaintext')).rejects.toThrow('nothing to explain at line 5');
  });

  it('when a file has 50,000 lines, then what is asked about fits into the prompt all the same', async () => {
    const lines = Array.from({ length: 50_000 }, (_, line) => `let v${line} = ${line};`);
    lines[25_000] = '‸let here = 1;';
    expect((await explained(lines.join('\n'), 'plaintext')).length).toBeLessThan(8_001);
  });

  it('when the text is right to left, then it is asked about as it is', async () => {
    expect(await explained('# מר‸חבא\nx = 1\n', 'plaintext')).toBe('# מרחבא\nx = 1\n');
  });
});
