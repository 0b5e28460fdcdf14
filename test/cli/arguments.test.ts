/** What the command line makes of its arguments, in this process: nothing is started, whatever is asked. */
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands, main } from '../../runtime/cli/main.ts';
import { fakeIo } from './fake-io.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-cli-'));
  await writeFile(path.join(folder, 'a.js'), 'let a = 1;\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const io = fakeIo(folder);
  const code = await main(argv, io);
  return { code, ...io.printed };
}

describe('the command line', () => {
  it('when nothing is asked, then it says what there is, and that this was no command', async () => {
    const { code, out } = await run();
    expect(code).toBe(2);
    for (const { name } of commands) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('when help is asked for, then every option of every command is explained', async () => {
    expect((await run('--help')).code).toBe(0);
    for (const command of commands.flatMap((each) => ('commands' in each ? each.commands : [each]))) {
      const { code, out, err } = await run(...command.name.split(' '), '--help');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      for (const option of Object.keys(command.options)) expect(out).toContain(`--${option} `);
      for (const option of Object.keys(command.help))
        expect(['model', 'json', 'help', ...Object.keys(command.options)]).toContain(option);
    }
  });

  it('when the version is asked for, then it is that of the package', async () => {
    const { code, out } = await run('--version');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const short of ['-v', '-V']) expect(await run(short)).toMatchObject({ code: 0, out });
    expect((await run('--help')).out).toContain("'punctual --version' says which Punctual this is.");
  });

  it.each([
    [['compleat', 'a.js'], /no command 'compleat'; did you mean complete\? there are complete, summarize/],
    [['models'], /models pull NAME/],
    [['models', 'get'], /there is no 'get'/],
    [['models', 'pull'], /NAME\|URL is missing/],
    [['models', 'pull', 'x', '--token-env', 'a b'], /--token-env is the name of an environment variable/],
    [['models', 'pull', 'x', '--mirror', 'ftp://x'], /the mirror is 'ftp:/],
    [['complete'], /FILE is missing/],
    [['complete', 'a.js', 'b.js', '--line', '1', '--character', '1'], /2 arguments given, 1 expected/],
    [
      ['complete', 'a.js', '--line', '1', '--character', '1', '--colour'],
      /there is no option --colour; there are --line, --character/,
    ],
    [['complete', 'a.js', '--lin', '1', '--character', '1'], /there is no option --lin; did you mean --line\?/],
    [['complete', 'a.js', '--line', '1', '--charcter', '1'], /no option --charcter; did you mean --character\?/],
    [['complete', 'a.js', '-x'], /there is no option -x; there are/],
    [
      ['complete', 'a.js', '--line', '-1', '--character', '1'],
      /--line is '-1': a line is a whole number, counted from 1/,
    ],
    [['complete', 'a.js', '--line', '--character', '1'], /--line needs a value after it/],
    [['complete', 'a.js', '--character', '1', '--line'], /--line needs a value after it/],
    [['summarize', 'a.js', '--json=yes'], /--json takes no value, and 'yes' was given/],
    [['summarize', 'a.js', '--target', '0'], /--target is '0': give milliseconds, from 1 to 3600000 \(one hour\)/],
    [['translate', 'a.js', '--to', 'go', '--target', '-5'], /--target is '-5'/],
    [['complete', 'a.js', '--line', '1', '--character', '1', '--target', '1e9'], /--target is '1e9'/],
    [['summarize', 'a.js', '--target=3600001'], /--target is '3600001'/],
    [['summarize', 'a.js', '--target', 'soon'], /--target is 'soon'/],
    [['summarize', 'a.js', '--language', 'klingon'], /--language is 'klingon': give one of c, cpp/],
    [['status', '--model', 'nope'], /there is no option --model; there are --watch, --json, --help/],
    [['stop', '--model', 'nope'], /there is no option --model/],
    [['complete', 'a.js', '--character', '1'], /--line is missing/],
    [['complete', 'a.js', '--line', '1'], /--character is missing/],
    [['complete', 'a.js', '--line', '0', '--character', '1'], /--line is '0'/],
    [['complete', 'a.js', '--line', '1e3', '--character', '1'], /--line is '1e3'/],
    [['complete', 'a.js', '--line', '1', '--character=-1'], /--character is '-1'/],
    [['complete', 'a.js', '--line', '9999999999', '--character', '1'], /--line is '9999999999'/],
    [['complete', 'a.js', '--line', '1', '--character', '1', '--model', ''], /--model is empty/],
    [['models', 'list', '--memory='], /--memory is empty/],
    [['models', 'fit', ''], /NAME\|FILE is empty/],
    [['models', 'remove', ''], /NAME is empty/],
    [['translate', 'a.js'], /--to is missing/],
    [['translate', 'a.js', '--to', 'klingon'], /--to is 'klingon': give one of c, cpp/],
    [['translate', 'a.js', '--to', 'constructor'], /--to is 'constructor'/],
    [['serve', '--port', '70000'], /--port is '70000'/],
    [['serve', '--port', 'http'], /--port is 'http'/],
    [['status', 'now'], /: 1 argument given, 0 expected/],
  ])('when called as %j, then it is bad usage, said on stderr', async (argv, message) => {
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});

describe('help', () => {
  it('when the help of a command is asked for by name, then it is the same as with --help', async () => {
    expect(await run('help', 'summarize')).toEqual(await run('summarize', '--help'));
    expect(await run('help', 'models', 'pull')).toEqual(await run('models', 'pull', '--help'));
    expect((await run('help', 'compleat')).err).toMatch(/no command 'compleat'/);
  });

  it.each(['status', 'stop', 'serve'])(
    'when it is that of %s, then no model is mentioned, as none is taken',
    async (name) => {
      expect((await run(name, '--help')).out).not.toContain('--model');
    },
  );
});

describe('a failure where JSON is asked for', () => {
  const at = ['--line', '1', '--character', '1'];

  it.each([
    [['summarize', 'missing.js'], 1, 'failed', /does not exist/],
    [
      ['complete', 'a.js', '--line', '3', '--character', '1'],
      1,
      'positionOutside',
      /^a\.js has 2 lines: there is no line 3/,
    ],
    [['translate', 'a.js', '--to', 'js'], 2, 'badUsage', /--to is 'js'/],
    [['translate', 'a.js', '--to', 'javascript'], 1, 'sameLanguage', /^a\.js is written in JavaScript already/],
    [['complete', 'a.js', ...at], 1, 'runtimeUnavailable', /did not start/],
  ])(
    'when %j fails, then one object on stdout says why, and stderr the same',
    async (argv, expected, word, message) => {
      const { code, out, err } = await run(...argv, '--json');
      expect(code).toBe(expected);
      expect(JSON.parse(out)).toEqual({ error: { code: word, message: expect.stringMatching(message) } });
      expect(err).toContain(JSON.parse(out).error.message);
    },
  );
});

describe('a place outside of the file', () => {
  it.each([
    [3, 1, 'a.js has 2 lines: there is no line 3.'],
    [1, 12, 'Line 1 has 10 characters: give --character 1 to 11.'],
    [2, 9_999, 'Line 2 has 0 characters: give --character 1 to 1.'],
  ])('when it is line %i, character %i, then a sentence says how many there are', async (line, character, message) => {
    const { code, err } = await run('complete', 'a.js', '--line', String(line), '--character', String(character));
    expect({ code, err }).toEqual({ code: 1, err: `punctual complete: ${message}\n` });
  });
});

describe('a home folder that is a file', () => {
  it.each([
    [['status']],
    [['stop']],
    [['serve']],
    [['models', 'list']],
    [['summarize', 'a.js']],
    [['complete', 'a.js', '--line', '1', '--character', '1']],
  ])('when %j is called, then one sentence says what to do', async (argv) => {
    const file = path.join(folder, 'a.js');
    const io = fakeIo(folder, { env: { PUNCTUAL_HOME: file } });
    expect(await main(argv, io)).toBe(1);
    expect(io.printed.err).toMatch(
      /: Punctual keeps its state in .*a\.js, and a file is in the way: set PUNCTUAL_HOME to/,
    );
    expect(io.printed.err).not.toMatch(/E[A-Z]{4,}/);
    expect(io.printed.err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a file that cannot be read as source', () => {
  const at = ['--line', '1', '--character', '1'];

  it.each([
    ['missing.js', /missing\.js does not exist: give the path of a source file/],
    ['a.js/b.js', /a\.js.b\.js does not exist: give the path/],
    ['x'.repeat(300), /x+ cannot be read \(ENAMETOOLONG\): give the path of a source file/],
    ['.', /\. is a folder: give a file in it/],
    ['null.js', /null\.js contains null bytes, so it is not text/],
    ['large.js', /large\.js has 5\.0 MB; at most 2 million characters are read/],
    ['sparse.js', /sparse\.js has 900\.0 MB; at most/],
  ])('when it is %s, then one sentence says why, whichever the command', async (name, message) => {
    await writeFile(path.join(folder, 'null.js'), 'let a = "\0";\n');
    await writeFile(path.join(folder, 'large.js'), 'x'.repeat(5_000_000));
    await writeFile(path.join(folder, 'sparse.js'), '');
    await truncate(path.join(folder, 'sparse.js'), 900_000_000);
    for (const argv of [
      ['complete', name, ...at],
      ['summarize', name],
      ['translate', name, '--to', 'go'],
    ]) {
      const { code, out, err } = await run(...argv);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(message);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  // Root reads everything, and Windows keeps no such modes.
  it.skipIf(process.getuid === undefined || process.getuid() === 0)(
    'when its owner has forbidden it, then one sentence says so in words',
    async () => {
      await writeFile(path.join(folder, 'secret.js'), 'x', { mode: 0 });
      expect((await run('summarize', 'secret.js')).err).toBe(
        'punctual summarize: secret.js may not be read by you: change its permissions, or give another file.\n',
      );
      await mkdir(path.join(folder, 'locked'), { mode: 0 });
      expect((await run('models', 'import', 'locked/a.gguf')).err).toBe(
        'punctual models import: The model locked/a.gguf may not be reached by you: change the permissions of its folder.\n',
      );
    },
  );

  it.each([
    ['missing.gguf', /The model missing\.gguf does not exist/],
    ['./models', /The model \.\/models is not a file/],
  ])('when the model is %s, then one sentence says so before a runtime is started', async (model, message) => {
    await mkdir(path.join(folder, 'models'));
    const { code, err } = await run('summarize', 'a.js', '--model', model);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(await readdir(folder)).not.toContain('state');
  });
});

describe('no runtime', () => {
  it('when its status is asked for, then there is none, and none is started', async () => {
    expect(await run('status')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^No runtime is running/),
    });
    expect(await run('status', '--json')).toEqual({ code: 0, err: '', out: '{"running":false}\n' });
    expect(await readdir(folder)).toEqual(['a.js']);
  });

  it('when it is to stop, then there is none, and none is started', async () => {
    expect(await run('stop')).toEqual({ code: 0, err: '', out: 'No runtime is running.\n' });
    expect(await run('stop', '--json')).toEqual({ code: 0, err: '', out: '{"stopped":false}\n' });
    expect(await readdir(folder)).toEqual(['a.js']);
  });

  it('when it cannot be started, then a sentence says where the log is', async () => {
    const { code, err } = await run('summarize', 'a.js');
    expect(code).toBe(1);
    expect(err).toMatch(/(?:^|\n)punctual summarize: The Punctual runtime did not start .*runtime\.log\.\n$/s);
  });
});
