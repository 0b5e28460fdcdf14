/** What a report must not say. */
import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../runtime/diagnose/findings.ts';
import { cLibraryOf } from '../../runtime/diagnose/host.ts';
import { reportOf, withoutPlaces } from '../../runtime/diagnose/report.ts';
import { healthy, model } from './facts.ts';

describe('a report', () => {
  test.each([
    ['/home/anna/work/secret plan/m.gguf', 'secret'],
    ['/home/anna/.local/state/punctual/models/m.gguf is gone', 'local'],
    ['/Users/berta/models/m.gguf', 'berta'],
    ['C:\\Users\\Carl Otto\\models\\m.gguf', 'Carl'],
    ['C:\\\\Users\\\\carl\\\\secret\\\\m.gguf', 'secret'],
    ['D:\\secret\\models\\m.gguf', 'secret'],
    ['/mnt/secret/models/m.gguf', 'secret'],
  ])('when %s stands in a sentence, then %s is not in the report', (text, secret) => {
    expect(withoutPlaces(`Cannot read '${text}'.`, ['/home/anna'])).not.toContain(secret);
  });

  test('when a model is named by its file, then its name is left', () => {
    expect(withoutPlaces('Cannot read /home/anna/models/qwen.gguf: no such file', ['/home/anna'])).toBe(
      'Cannot read ~/…/qwen.gguf: no such file',
    );
    expect(withoutPlaces('31 tokens/s, https://huggingface.co/a/b', ['/home/anna'])).toBe(
      '31 tokens/s, https://huggingface.co/a/b',
    );
  });

  test('when it is written, then findings come with what to do, and facts follow', () => {
    const facts = { ...healthy, models: [{ ...model, error: 'Cannot read /home/anna/models/m.gguf' }] };
    const text = reportOf(facts, findingsOf(facts), ['/home/anna']);
    expect(text).toContain('1 problem was found.');
    expect(text).toContain('did not answer. Cannot read ~/…/m.gguf → Choose a model.');
    expect(text).not.toContain('anna');
    const [, json = ''] = text.split('```json');
    expect(JSON.parse(json.split('```')[0] ?? '')).toMatchObject({ engine: { llamaCpp: 'v0.4.0' } });
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
