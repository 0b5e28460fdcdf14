import { describe, expect, it } from 'vitest';
import { type EditorView, whySkipped } from '../../extension/skip.ts';

const uri = 'file:///project/a.ts';
const ordinary: EditorView = {
  uri,
  scheme: 'file',
  languageId: 'typescript',
  invoked: false,
  cursors: 1,
  isWritable: true,
  compared: undefined,
};

describe('where the editor is not one to suggest in', () => {
  it.each<[string, Partial<EditorView>, string | undefined]>([
    ['is an ordinary one', {}, undefined],
    ['is not in front', { cursors: 0 }, undefined],
    ['does not say whether it can be written', { isWritable: undefined }, undefined],
    ['has two cursors', { cursors: 2 }, 'severalCursors'],
    ['has two cursors and it is asked for by hand', { cursors: 2, invoked: true }, 'severalCursors'],
    ['is of a file system that lets nobody write', { isWritable: false }, 'readOnly'],
    ['is that of a read-only file system, by hand', { isWritable: false, invoked: true }, 'readOnly'],
    ['shows an output channel', { scheme: 'output' }, 'programOutput'],
    ['shows a log', { languageId: 'log' }, 'programOutput'],
    ['compares this document with another', { compared: ['git:/project/a.ts', uri] }, 'diffEditor'],
    ['compares two other documents', { compared: ['file:///x', 'file:///y'] }, undefined],
    ['compares it and it is asked for by hand', { compared: [uri, 'file:///y'], invoked: true }, undefined],
  ])('when the editor %s, then: %s', (_, view, expected) => {
    expect(whySkipped({ ...ordinary, ...view })).toBe(expected);
  });
});
