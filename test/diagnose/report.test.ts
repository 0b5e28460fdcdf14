/** What a report must not say. */
import { describe, expect, test } from 'vitest';
import { dataWithoutPlaces, withoutPlaces } from '../../runtime/client/places.ts';
import { findingsOf } from '../../runtime/diagnose/findings.ts';
import { cLibraryOf } from '../../runtime/diagnose/host.ts';
import { reportOf } from '../../runtime/diagnose/report.ts';
import { healthy, model } from './facts.ts';

describe('a report', () => {
  test.each([
    ['/home/user/secret plan/m.gguf', 'secret'],
    ['/home/user/.local/state/punctual/models/m.gguf is gone', 'local'],
    ['/Users/berta/models/m.gguf', 'berta'],
    ['C:\\Users\\Carl Otto\\models\\m.gguf', 'Carl'],
    ['C:\\\\Users\\\\carl\\\\secret\\\\m.gguf', 'secret'],
    ['D:\\secret\\models\\m.gguf', 'secret'],
    ['/mnt/secret/models/m.gguf', 'secret'],
    ['file:///mnt/secret/models/m.gguf', 'secret'],
  ])('when %s stands in a sentence, then %s is not in the report', (text, secret) => {
    expect(withoutPlaces(`Cannot read '${text}'.`, ['/home/user'])).not.toContain(secret);
  });

  test('when a model is named by its file, then its name is left', () => {
    expect(withoutPlaces('Cannot read /home/user/models/qwen.gguf: no such file', ['/home/user'])).toBe(
      'Cannot read ~/…/qwen.gguf: no such file',
    );
    expect(withoutPlaces('31 tokens/s, https://huggingface.co/a/b', ['/home/user'])).toBe(
      '31 tokens/s, https://huggingface.co/a/b',
    );
  });

  test('when it is written, then findings come with what to do, and facts follow', () => {
    const facts = { ...healthy, models: [{ ...model, error: 'Cannot read /home/user/models/m.gguf' }] };
    const clean = dataWithoutPlaces(facts, ['/home/user']);
    const text = reportOf(clean, findingsOf(clean));
    expect(text).toContain('1 problem was found.');
    expect(text).toContain('did not answer. Cannot read ~/…/m.gguf → Choose a model.');
    expect(text).not.toContain('user');
    const [, json = ''] = text.split('```json');
    expect(JSON.parse(json.split('```')[0] ?? '')).toMatchObject({ engine: { llamaCpp: 'v0.4.0' } });
  });
});

describe('data without places', () => {
  test('when texts in it have lines, quotes and separators of Windows, then those stay as they were', () => {
    const data = { list: ['/home/user/a b/m.gguf\n"quoted"', 'C:\\mine\\m.gguf'], count: 3, none: undefined };
    expect(dataWithoutPlaces(data, ['/home/user'])).toEqual({
      list: ['~/…/m.gguf\n"quoted"', '…/m.gguf'],
      count: 3,
    });
  });
});

describe('the C library', () => {
  test('when Node’s report names a glibc, then that; on Linux without one it is musl', () => {
    expect(cLibraryOf('linux', { header: { glibcVersionRuntime: '2.36' } })).toEqual({
      kind: 'glibc',
      version: '2.36',
    });
    expect(cLibraryOf('linux', { header: {} })).toEqual({ kind: 'musl' });
    expect(cLibraryOf('linux', undefined)).toEqual({ kind: 'musl' });
    expect(cLibraryOf('darwin', undefined)).toEqual({ kind: 'none' });
  });
});
