/** What is wrong with a catalog is said in one sentence that names the model and the member. */
import { describe, expect, it } from 'vitest';
import data from '../../runtime/models/catalog/catalog.json' with { type: 'json' };
import { CatalogError, parseCatalog } from '../../runtime/models/catalog/catalog.ts';

/** The catalog with one member replaced; a path ends in what is replaced, `undefined` takes it away. */
function spoilt(path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(data);
  let here = copy;
  for (const key of path.slice(0, -1)) here = member(here, key);
  const last = path.at(-1);
  if (last === undefined || typeof here !== 'object' || here === null) throw new Error(`no ${path.join('.')}`);
  if (value === undefined) Reflect.deleteProperty(here, last);
  else Reflect.set(here, last, value);
  return copy;
}

function member(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`no ${key}`);
  return Reflect.get(value, key);
}

function problemOf(raw: unknown): string {
  try {
    parseCatalog(raw);
  } catch (error) {
    if (error instanceof CatalogError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
}

const indexOf = (name: string): number => data.models.findIndex((model) => model.name === name);
const small = ['models', indexOf('qwen2.5-coder-0.5b')] as const;
const instruct = ['models', indexOf('qwen3-4b-instruct-2507')] as const;

describe('a catalog that is wrong', () => {
  it('when nothing was changed, then nothing is wrong', () => {
    expect(problemOf(structuredClone(data))).toBe('nothing is wrong');
  });

  it.each<[string, readonly (string | number)[], unknown, string]>([
    ['the version is another', ['version'], 2, 'version'],
    ['the day is none', ['checkedOn'], 'yesterday', 'checkedOn'],
    ['there are no models', ['models'], [], 'models'],
    ['a name has a capital', [...small, 'name'], 'Qwen', "('Qwen').name must be lower-case words"],
    ['a name is taken', [...small, 'name'], 'mellum-4b', 'has the name mellum-4b, as'],
    ['the kind is unknown', [...small, 'kind'], 'remote', "('qwen2.5-coder-0.5b').kind"],
    ['parameters are a text', [...small, 'parameters'], '0.5B', '.parameters'],
    ['a role is unknown', [...small, 'suitability', 'poetry'], 'best', '.suitability'],
    ['no role is named', [...small, 'suitability'], {}, 'must name at least one role'],
    ['a model completes without infill tokens', [...small, 'fim'], undefined, '.fim must name the infill tokens'],
    ['a model answers without a template', [...instruct, 'chat'], false, 'summarize and translate and chat'],
    [
      'the licence is not permissive',
      [...small, 'licence', 'spdx'],
      'GPL-3.0-only',
      '.licence.spdx must be one of Apache-2.0',
    ],
    ['a window has no size', [...small, 'attention'], { kind: 'slidingWindow' }, '.attention.windowTokens'],
    ['there are no files', [...small, 'files'], [], '.files'],
    [
      'the address is not encrypted',
      [...small, 'files', 0, 'uri'],
      'http://huggingface.co/a/b/resolve/main/c.gguf',
      '.uri must be an https address',
    ],
    [
      'the host is unknown',
      [...small, 'files', 0, 'uri'],
      'https://example.com/a/b/resolve/main/qwen2.5-coder-0.5b-q8_0.gguf',
      'not on example.com',
    ],
    [
      'the address is of another file',
      [...small, 'files', 0, 'uri'],
      'https://huggingface.co/a/b/resolve/main/c.gguf',
      'must end in OWNER/REPOSITORY/resolve/main/qwen2.5-coder-0.5b-q8_0.gguf',
    ],
    ['the file has a folder', [...small, 'files', 0, 'file'], '../c.gguf', 'must be the name of a GGUF file'],
    ['the hash is short', [...small, 'files', 0, 'sha256'], 'abc', '.sha256 must be 64'],
    ['the size is negative', [...small, 'files', 0, 'bytes'], -1, '.bytes'],
    ['the quantization is unknown', [...small, 'files', 0, 'quantization'], 'Q1', '.quantization'],
    ['a file claims to be verified', [...small, 'files', 0, 'verified'], true, 'only a download can verify'],
    ['a commit is a branch', [...small, 'files', 0, 'revision'], 'main', '.revision must be a commit'],
  ])('when %s, then the sentence says so', (_, path, value, part) => {
    const problem = problemOf(spoilt(path, value));
    expect(problem).toMatch(/^The catalog is not usable: .+\.$/s);
    expect(problem).toContain(part);
  });

  it('when two models would lie in one file of the store, then the second one is refused', () => {
    const copy = structuredClone(data);
    const file = copy.models.find(({ name }) => name === 'mellum-4b')?.files?.[0];
    if (file === undefined) throw new Error('no such model');
    file.file = 'GRANITE-4.1-3b-Q4_K_M.gguf';
    file.uri = `https://huggingface.co/a/b/resolve/main/${file.file}`;
    expect(problemOf(copy)).toContain("('mellum-4b') has the file granite-4.1-3b-q4_k_m.gguf, as granite-4.1-3b has");
  });

  it.each([undefined, null, 'text', [], 7])('when %j is given for a catalog, then it is refused', (raw) => {
    expect(problemOf(raw)).toMatch(/^The catalog is not usable: it /);
  });
});
