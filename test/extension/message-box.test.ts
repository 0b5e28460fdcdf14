import { describe, expect, it } from 'vitest';
import { changeWords, newFileDiff } from '../../extension/change-text.ts';
import { type Box, MessageBox } from '../../extension/message-box.ts';
import { shownDiff } from '../../runtime/features/summarize/diff.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a message that is written into its box', () => {
  it('when it comes in pieces, then it grows, and at its end the blanks behind it are gone', () => {
    const box: Box = { value: '' };
    const message = new MessageBox(box, 'replace');
    for (const piece of ['Add', ' a test', '\n\n']) message.append(piece);
    expect(box.value).toBe('Add a test\n\n');
    message.end(true);
    expect(box.value).toBe('Add a test');
  });

  it('when the user wants to keep what stands there, then the message comes below it', () => {
    const box: Box = { value: 'wip: mine \n' };
    const message = new MessageBox(box, 'add');
    message.append('Add a test');
    message.end(true);
    expect(box.value).toBe('wip: mine\n\nAdd a test');
  });

  it('when it does not come to its end, then the box is as it was before', () => {
    const box: Box = { value: 'wip: mine' };
    const message = new MessageBox(box, 'replace');
    message.append('Add');
    message.end(false);
    expect(box.value).toBe('wip: mine');
  });

  it('when the user types meanwhile, then nothing more is written and what he typed stays', () => {
    const box: Box = { value: '' };
    const message = new MessageBox(box, 'replace');
    message.append('Add');
    box.value = 'Add my own';
    expect(() => message.append(' a test')).toThrow('You typed into the message box meanwhile');
    message.end(false);
    expect(box.value).toBe('Add my own');
  });

  it('when the user types before the first piece, then that stays, too', () => {
    const box: Box = { value: '' };
    const message = new MessageBox(box, 'replace');
    box.value = 'mine';
    expect(() => message.append('Add')).toThrow();
    message.end(true);
    expect(box.value).toBe('mine');
  });

  it('when the box writes line ends of its own, then that is no word of the user', () => {
    let held = '';
    const box: Box = {
      get value() {
        return held;
      },
      set value(text) {
        held = text.replace(/\r?\n/g, '\r\n');
      },
    };
    const message = new MessageBox(box, 'replace');
    message.append('Add\n');
    message.append('more');
    message.end(true);
    expect(held).toBe('Add\r\nmore');
  });
});

describe('a change in words', () => {
  it('when something is staged, then that is said; else that nothing is', () => {
    expect([changeWords(1, true), changeWords(3, true)]).toEqual(['1 staged file', '3 staged files']);
    expect(changeWords(1, false)).toBe('the one changed file, as nothing is staged');
    expect(changeWords(2, false)).toBe('all 2 changed files, as nothing is staged');
  });
});

describe('a file that is new', () => {
  it('when it is text, then every line is an added one, with either line ends', () => {
    expect(newFileDiff('src/a.ts', bytesOf('let a;\r\nlet b;\n'))).toBe(
      'diff --git a/src/a.ts b/src/a.ts\nnew file mode 100644\n--- /dev/null\n+++ b/src/a.ts\n@@ -0,0 +1,2 @@\n+let a;\n+let b;\n',
    );
    expect(newFileDiff('a', bytesOf('x'))).toMatch(/\+x\n\\ No newline at end of file\n$/);
  });

  it('when it is empty or binary, then it is only named; a secret one is not shown to a model', () => {
    expect(newFileDiff('a', bytesOf(''))).toBe('diff --git a/a b/a\nnew file mode 100644\n');
    expect(newFileDiff('a.png', Uint8Array.of(1, 0, 2))).toMatch(/Binary files \/dev\/null and b\/a\.png differ\n$/);
    const shown = shownDiff(newFileDiff('a.ts', bytesOf('let a;\n')) + newFileDiff('.env', bytesOf('KEY=hush\n')));
    expect(shown?.files.map(({ text }) => text).join()).toContain('+let a;');
    expect(JSON.stringify(shown)).not.toContain('hush');
  });
});
