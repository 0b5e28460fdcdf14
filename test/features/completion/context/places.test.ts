/** Which files count for which: several folders in one window, notebooks, and folders of a remote machine. */
import { describe, expect, it } from 'vitest';
import { Readable } from '../../../../runtime/features/completion/context/readable.ts';

const front = { uri: 'file:///folder/front', name: 'front', ignore: 'dist\n', excluded: ['*.snap'] };
const back = { uri: 'file:///folder/back', name: 'back', ignore: 'target\n' };

describe('a window with several folders', () => {
  const readable = new Readable([front, back], ['*.sql']);

  it('when a file is in one of them, then its place names that folder', () => {
    expect(readable.placeOf('file:///folder/front/a.ts')).toEqual({ folder: 'front', path: 'a.ts' });
    expect(readable.placeOf('file:///folder/back/src/b.rs')).toEqual({ folder: 'back', path: 'src/b.rs' });
  });

  it('when one folder ignores or hides a name, then that counts there and nowhere else', () => {
    const read = (...files: string[]): string[] =>
      files.filter((file) => readable.placeOf(`file:///folder/${file}`) !== undefined);
    expect(read('front/dist/a.js', 'back/dist/a.js')).toEqual(['back/dist/a.js']);
    expect(read('front/target/a.js', 'back/target/a.js')).toEqual(['front/target/a.js']);
    expect(read('front/a.snap', 'back/a.snap')).toEqual(['back/a.snap']);
    expect(read('front/a.sql', 'back/a.sql'), 'what the user excludes counts everywhere').toEqual([]);
  });

  it('when one folder lies in the other, then what either ignores is not read', () => {
    const nested = new Readable([front, { uri: 'file:///folder/front/api', name: 'api', ignore: 'gen\n' }], []);
    const read = (file: string): boolean => nested.placeOf(`file:///folder/front/${file}`) !== undefined;
    expect(['api/a.ts', 'api/gen/a.ts', 'api/dist/a.js'].filter(read)).toEqual(['api/a.ts']);
  });
});

describe('folders elsewhere', () => {
  it('when the folder is on a remote machine, then its documents count, and those of another machine do not', () => {
    const readable = new Readable([{ uri: 'vscode-remote://ssh-remote%2Bbox/folder/shop', name: 'shop' }], []);
    expect(readable.placeOf('vscode-remote://ssh-remote%2Bbox/folder/shop/a.ts')).toEqual({
      folder: 'shop',
      path: 'a.ts',
    });
    expect(readable.placeOf('vscode-remote://ssh-remote%2Bother/folder/shop/a.ts')).toBeUndefined();
    expect(readable.placeOf('file:///folder/shop/a.ts')).toBeUndefined();
  });
});

describe('a notebook', () => {
  it('when a cell is looked at for another document, then it is no file of the folder', () => {
    expect(new Readable([front], []).placeOf('vscode-notebook-cell:/folder/front/a.ipynb#W0')).toBeUndefined();
  });
});
