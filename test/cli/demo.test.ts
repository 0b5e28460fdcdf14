/** The demo's parts that need no runtime: its editor, its screenplay, its picture, and where it looks for VS Code. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Editor } from '../../runtime/cli/demo/editor.ts';
import { columnsMin, frame, frameRows, type View } from '../../runtime/cli/demo/frame.ts';
import { report } from '../../runtime/cli/demo/report.ts';
import { scenes, summaries, translations } from '../../runtime/cli/demo/screenplay.ts';
import { cells, fitted, span, toAnsi, wrap } from '../../runtime/cli/demo/spans.ts';
import { type Desktop, findCode, openCode } from '../../runtime/cli/demo/vscode.ts';
import type { Status } from '../../runtime/protocol.ts';
import { root } from './fake-io.ts';

const sample = (name: string): string => readFileSync(path.join(root, 'media', 'sample', name), 'utf8');

describe("the demo's editor", () => {
  it('when a line is cleared and typed again, then each change is told as a range, and the text is as before', () => {
    const editor = new Editor('a.js', 'a\n  b();\nc');
    expect(editor.clear('  b();')).toEqual({
      range: { start: { line: 1, character: 2 }, end: { line: 1, character: 6 } },
      text: '',
    });
    expect(editor.text).toBe('a\n  \nc');
    const edits = [...'b();'].map((character) => editor.type(character));
    expect(edits[3]).toEqual({
      range: { start: { line: 1, character: 5 }, end: { line: 1, character: 5 } },
      text: ';',
    });
    expect(editor.text).toBe('a\n  b();\nc');
    expect(editor.version).toBe(6);
  });

  it('when the person types what the suggestion says, then the rest of it stays; else it goes', () => {
    const editor = new Editor('a.js', 'x');
    editor.clear('x');
    editor.suggest('for (', editor.version);
    editor.type('f');
    expect(editor.ghost).toBe('or (');
    editor.type('i');
    expect(editor.ghost).toBe('');
  });

  it('when an answer comes to an earlier text, then it is dropped', () => {
    const editor = new Editor('a.js', 'x');
    const asked = editor.version;
    editor.clear('x');
    expect(editor.suggest('late', asked)).toBe(false);
    expect(editor.ghost).toBe('');
  });

  it('when Tab is pressed, then the suggestion is text, and known as taken until the next change', () => {
    const editor = new Editor('a.js', '  x');
    editor.clear('  x');
    editor.suggest('let', editor.version);
    editor.take();
    expect(editor).toMatchObject({ text: '  let', ghost: '', taken: { line: 0, from: 2, to: 5 } });
    editor.type(' ');
    expect(editor.taken).toBeUndefined();
  });

  it('when a line is not there, then the screenplay does not fit', () => {
    expect(() => new Editor('a.js', 'x').clear('y')).toThrow("a.js has no line 'y'");
  });
});

describe('the screenplay', () => {
  it.each(scenes)('when $file is played, then it has the line $line, which begins as it is typed', (scene) => {
    expect(sample(scene.file).split('\n')).toContain(scene.line);
    expect(scene.line.startsWith(scene.typed)).toBe(true);
    expect(scene.typed.length).toBeLessThan(scene.line.length);
  });

  it('when a text is summarized or translated, then its file is in the sample', () => {
    for (const { file } of [...summaries, ...translations]) expect(sample(file)).not.toBe('');
  });
});

describe('cells of a terminal', () => {
  it('when text could control the terminal or take two cells, then it cannot', () => {
    expect(cells('a\tb\x1b[2J\u202e漢')).toBe('a    b·[2J··');
  });

  it('when pieces are fitted, then they fill exactly the width, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 50 }), (texts, width) => {
        const line = fitted(
          texts.map((text) => span(text)),
          width,
        );
        expect(line.map(({ text }) => text).join('')).toHaveLength(width);
      }),
    );
  });

  it('when text is wrapped, then no line is too long and no word is lost', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrap(text, width);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        const letters = (parts: readonly string[]): string => parts.join('').replaceAll(' ', '');
        expect(letters(lines)).toBe(letters(text.split('\n').map(cells)));
      }),
    );
  });

  it('when it is written, then every style ends where it should', () => {
    expect(toAnsi([span('a'), span('b', 'bold'), span('', 'dim')])).toBe('a\x1b[1mb\x1b[0m');
  });
});

describe("the demo's picture", () => {
  const widths = (view: View, columns: number): number[] =>
    frame(view, columns).map((line) => line.reduce((sum, { text }) => sum + text.length, 0));

  it('when the terminal is as small as it may be, then every line fits, with any text in it', () => {
    const pane = fc.record({
      title: fc.string({ maxLength: 60 }),
      text: fc.string({ maxLength: 400 }),
      outcome: fc.record({ e2eMs: fc.nat(100_000), kept: fc.boolean() }),
    });
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ maxLength: 60 }),
        pane,
        fc.integer({ min: 80, max: 200 }),
        (line, ghost, side, columns) => {
          const editor = new Editor('a.js', line.replaceAll('\n', ''));
          editor.suggest(ghost, 1);
          const lines = widths({ title: line, editor, sides: [side, undefined], note: ghost }, columns);
          expect(new Set(lines)).toEqual(new Set([Math.min(columns - 1, 110)]));
          expect(lines).toHaveLength(frameRows);
        },
      ),
    );
  });

  it('when a suggestion stands behind the caret, then it is shown as ghost text', () => {
    const editor = new Editor('sum.js', sample('sum.js'));
    editor.clear('  for (let i = 0; i < arr.length; i++) {');
    for (const character of 'for (') editor.type(character);
    editor.suggest('let i = 0;', editor.version);
    const view = { title: '', editor, sides: [undefined, undefined], note: '' } as const;
    const line = frame(view, columnsMin).find((spans) => spans.some(({ style }) => style === 'ghost'));
    expect(line?.filter(({ style }) => style !== 'dim' && style !== 'plain')).toEqual([
      { text: '  for (', style: 'bold' },
      { text: 'l', style: 'caret' },
      { text: 'et i = 0;', style: 'ghost' },
    ]);
  });
});

describe('the table at the end', () => {
  const counts = { running: 0, waiting: 0, superseded: 0, cancelled: 0, failed: 0 };
  const slow = { p50: 3_600_000, p95: 3_600_000 };
  const status: Status = {
    version: '0',
    pid: 1,
    engineRestarts: 0,
    uptimeMs: 0,
    clients: 0,
    windowMs: 0,
    models: [],
    classes: [
      {
        class: 'completion',
        sla: { kind: 'ttft', targetMs: 500 },
        ...counts,
        finished: 100,
        kept: 98,
        decided: 100,
        ttftMs: { p50: 9.4, p95: 41 },
        e2eMs: { p50: 20, p95: 60 },
      },
      {
        class: 'summarize',
        sla: { kind: 'e2e', targetMs: 10_000 },
        ...counts,
        finished: 99,
        kept: 0,
        decided: 99,
        ttftMs: slow,
        e2eMs: slow,
      },
      { class: 'translate', sla: { kind: 'e2e', targetMs: 20_000 }, ...counts, finished: 0, kept: 0, decided: 0 },
    ],
  };

  it('when there are figures, then each class has what it promised and what was measured, in 79 columns', () => {
    const table = report(status, { completion: [70, 10, 30], summarize: [], translate: [] });
    const [, completion, summarize, translate] = table.split('\n');
    expect(completion?.trim().split(/\s{2,}/)).toEqual([
      'completion',
      'TTFT 500 ms',
      '9 ms',
      '41 ms',
      '20 ms',
      '60 ms',
      '98/100',
      '70 ms',
    ]);
    expect(summarize).toMatch(/E2E 10\.0 s +3600 s .* 0\/99/);
    expect(translate?.trim().split(/\s{2,}/)).toEqual(['translate', 'E2E 20.0 s', ...'––––––']);
    expect(Math.max(...table.split('\n').map(({ length }) => length))).toBeLessThan(80);
  });
});

describe('a desktop with VS Code', () => {
  const linux: Desktop = {
    env: { PATH: '/bin:/opt/code/bin', DISPLAY: ':0' },
    platform: 'linux',
    isRoot: false,
    isFile: (file) => file === '/opt/code/bin/code',
  };

  it('when code is on the PATH and there is a display, then it is found', () => {
    expect(findCode(linux)).toBe('/opt/code/bin/code');
    expect(findCode({ ...linux, env: { PATH: '/opt/code/bin', WAYLAND_DISPLAY: 'wayland-0' } })).toBe(
      '/opt/code/bin/code',
    );
  });

  it.each<[string, Partial<Desktop>]>([
    ['there is no display', { env: { PATH: '/opt/code/bin' } }],
    ['the user is root', { isRoot: true }],
    ['it is a build machine', { env: { ...linux.env, CI: '1' } }],
    ['the terminal is that of a remote window', { env: { ...linux.env, VSCODE_IPC_HOOK_CLI: '/tmp/x.sock' } }],
    ['it is WSL', { env: { ...linux.env, WSL_DISTRO_NAME: 'Debian' } }],
    ['nothing is installed', { isFile: () => false }],
    ['there is no PATH', { env: { DISPLAY: ':0' } }],
  ])('when %s, then the demo plays in the terminal', (_, change) => {
    expect(findCode({ ...linux, ...change })).toBeUndefined();
  });

  it('when it is Windows or macOS, then it is found where it is there', () => {
    const windows = { env: { Path: 'C:\\Windows;C:\\Code\\bin' }, platform: 'win32', isRoot: false } as const;
    const windowsCode = 'C:\\Code\\bin\\code.cmd';
    const files = [windowsCode, 'C:\\Code\\Code.exe'];
    // The script needs a shell, in which names of folders would be words of it.
    expect(findCode({ ...windows, isFile: (file) => files.includes(file) })).toBe('C:\\Code\\Code.exe');
    expect(findCode({ ...windows, isFile: (file) => file === windowsCode })).toBeUndefined();
    const mac = { env: { PATH: '/usr/bin' }, platform: 'darwin', isRoot: false } as const;
    expect(findCode({ ...mac, isFile: (file) => file.startsWith('/Applications/') })).toMatch(
      /^\/Applications\/.*\/code$/,
    );
  });

  // A launcher that Windows could start would be another program than the one under test.
  it.skipIf(process.platform === 'win32')(
    'when the launcher takes the window, then it was told which; else that is known',
    async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'punctual-code-'));
      const script = (exit: number): string =>
        `#!${process.execPath}\nrequire('node:fs').writeFileSync(__filename + '.said', JSON.stringify(process.argv.slice(2)));\nprocess.exit(${exit});\n`;
      try {
        const [code, broken] = [path.join(folder, 'code'), path.join(folder, 'broken')];
        await writeFile(code, script(0), { mode: 0o755 });
        await writeFile(broken, script(3), { mode: 0o755 });
        expect(await openCode(code, '/clone of it', '/clone of it/media/sample')).toBe(true);
        expect(JSON.parse(await readFile(`${code}.said`, 'utf8'))).toEqual([
          '--new-window',
          '--extensionDevelopmentPath=/clone of it',
          '/clone of it/media/sample',
          '/clone of it/media/sample/sum.js',
        ]);
        expect(await openCode(broken, '/clone', '/sample')).toBe(false);
        expect(await openCode(path.join(folder, 'missing'), '/clone', '/sample')).toBe(false);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
