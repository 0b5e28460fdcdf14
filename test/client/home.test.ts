import { chmod, chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Home, HomeError, homeFolder } from '../../runtime/client/home.ts';

describe('the home folder', () => {
  const homedir = path.resolve('/home/ada');
  const state = path.join(homedir, '.local', 'state', 'punctual');

  it.each<[string, NodeJS.Platform, Record<string, string>, string]>([
    [
      'PUNCTUAL_HOME is set',
      'linux',
      { PUNCTUAL_HOME: path.resolve('/x/y'), XDG_STATE_HOME: '/z' },
      path.resolve('/x/y'),
    ],
    ['nothing is set on Linux', 'linux', {}, state],
    ['XDG_STATE_HOME is set', 'linux', { XDG_STATE_HOME: path.resolve('/var/ada') }, path.resolve('/var/ada/punctual')],
    ['XDG_STATE_HOME is empty', 'linux', { XDG_STATE_HOME: '' }, state],
    // The XDG specification: a relative path is invalid and ignored. It would also be another place for each client.
    ['XDG_STATE_HOME is relative', 'linux', { XDG_STATE_HOME: 'state' }, state],
    ['it is a Mac', 'darwin', {}, path.join(homedir, 'Library', 'Application Support', 'Punctual')],
    ['it is Windows', 'win32', { LOCALAPPDATA: path.resolve('/ada/Local') }, path.resolve('/ada/Local/Punctual')],
    ['LOCALAPPDATA is empty', 'win32', { LOCALAPPDATA: '' }, path.join(homedir, 'AppData', 'Local', 'Punctual')],
  ])('when %s, then it is where the user expects it', (_, platform, env, expected) => {
    expect(homeFolder({ env, platform, homedir })).toBe(expected);
  });
});

describe('the files in it', () => {
  let folder: string | undefined;
  afterEach(async () => {
    if (folder) await rm(folder, { recursive: true });
    folder = undefined;
  });

  it.skipIf(process.platform === 'win32')(
    'when the folder is made, then only its owner can look inside (Windows keeps no such modes)',
    async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'punctual-home-'));
      const home = new Home(path.join(folder, 'deep', 'down'));
      await home.prepare();
      await home.prepare();
      expect((await stat(home.folder)).mode & 0o777).toBe(0o700);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'when others may write it, then that right is taken from them (Windows keeps no such modes)',
    async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'punctual-home-'));
      await chmod(folder, 0o777);
      await new Home(folder).prepare();
      expect((await stat(folder)).mode & 0o777).toBe(0o755);
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    'when it belongs to another user and all may write it, then it is refused (as root, who can give a folder away)',
    async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'punctual-home-'));
      await chown(folder, 65_534, 65_534);
      await chmod(folder, 0o777);
      await expect(new Home(folder).prepare()).rejects.toThrow(/belongs to another user and which others may write/);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'when its place takes no folders, then a sentence says so at once (only Linux has such a place)',
    async () => {
      await expect(new Home('/proc/punctual/state').prepare()).rejects.toThrow(/which does not work \(ENOENT\)/);
    },
  );

  it('when the folder cannot be made, then a sentence says which one and what to do', async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'punctual-home-'));
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const home = new Home(path.join(file, 'state'));
    const sentence =
      /^Punctual keeps its state in .*file.state, and a file is in the way: set PUNCTUAL_HOME to a folder/;
    await expect(home.prepare()).rejects.toThrow(sentence);
    await expect(home.check()).rejects.toThrow(sentence);
    await expect(new Home(file).prepare()).rejects.toThrow(/a file is in the way/);
    await expect(new Home(file).check()).rejects.toThrow(/a file is in the way/);
  });

  it('when it is not there yet, then the check of it is content, and makes nothing', async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'punctual-home-'));
    await new Home(path.join(folder, 'state')).check();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['EACCES', /which you may not use: change its permissions, or set PUNCTUAL_HOME to a folder/],
    ['EROFS', /which you may not use/],
    ['ENOSPC', /where no room is left: make some, or set PUNCTUAL_HOME/],
    ['ELOOP', /which does not work \(ELOOP\): set PUNCTUAL_HOME/],
  ])('when the system says %s of it, then one sentence says what to do', (code, sentence) => {
    expect(new HomeError('/x', code).message).toMatch(sentence);
  });

  it('when the home is named, then all its files lie in it', () => {
    const home = new Home(path.resolve('/x'));
    for (const file of [home.rendezvousFile, home.lockFile, home.logFile]) expect(path.dirname(file)).toBe(home.folder);
  });
});
