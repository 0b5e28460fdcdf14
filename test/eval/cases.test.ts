import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chooseCases, readCases, readFiles, readSources } from '../../runtime/eval/cases.ts';
import { languages } from '../../runtime/eval/languages.ts';
import { permissive } from '../../runtime/eval/make/licence.ts';
import { wantedPackages } from '../../runtime/eval/make/packages.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const data = path.join(root, 'runtime', 'eval', 'data');
const { packages } = readSources();
const files = readFiles();
const own = readCases(['tuning', 'report']);

/** What a name means, whatever the registry: `librust-url-dev` and `url` are one project. */
function projectOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^(?:python3?-|librust-|lib(?=.+-java$)|golang-(?:github|gopkg|go)[-.](?:[a-z0-9.]+-)?)/, '')
    .replace(/(?:-dev|-java|-src|-libraries)$/, '')
    .replace(/^@/, '')
    .replace(/\.js$/, '')
    .replace(/[^a-z0-9/]/g, '');
}

describe('the case set', () => {
  it('when it is counted, then there are 300 cases to tune with and over a thousand to report, in all languages and kinds', () => {
    const count = (is: (one: (typeof own)[number]) => boolean): number => own.filter(is).length;
    expect(count(({ split }) => split === 'tuning')).toBe(300);
    expect(count(({ split }) => split === 'report')).toBe(1_130);
    for (const language of languages) {
      const spoken = own.filter((one) => one.language === language && one.split === 'report');
      expect(spoken.length).toBeGreaterThanOrEqual(130);
      expect(new Set(spoken.map(({ kind }) => kind))).toEqual(new Set(['single', 'multi']));
    }
    expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
  });

  it('when a package is looked for among those that the model was trained on, then it is not there', () => {
    const { sources } = JSON.parse(readFileSync(path.join(root, 'media/models/SOURCES.json'), 'utf8')) as {
      sources: { name: string }[];
    };
    const trained = new Set(sources.map(({ name }) => projectOf(name)));
    expect(trained.size).toBeGreaterThan(400);
    expect(trained).toContain('regex');
    expect(packages.filter(({ name }) => trained.has(projectOf(name))).map(({ name }) => name)).toEqual([]);
  });

  it('when a package is in one split, then it is not in the other', () => {
    expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
    const inSplit = (split: string) => new Set(own.filter((one) => one.split === split).map((one) => one.package));
    const [tuning, report] = [inSplit('tuning'), inSplit('report')];
    expect([...tuning].filter((name) => report.has(name))).toEqual([]);
    expect(tuning.size + report.size).toBe(packages.length);
  });

  it('when a package is copied, then its licence allows it, goes along, and its project is named', () => {
    const notices = gunzipSync(readFileSync(path.join(data, 'completion-licences.txt.gz'))).toString('utf8');
    for (const { name, version, licence, url } of packages) {
      expect(permissive).toContain(licence);
      expect(url).toMatch(/^https?:\/\/[\w.-]+/);
      const notice = notices.split(`${name} ${version} (${licence})\n`)[1]?.split('='.repeat(80))[0] ?? '';
      expect(notice, name).toMatch(/permission|licen[cs]e|redistribution/i);
    }
    expect(
      packages.every(({ name, version }) => wantedPackages.some((one) => one.name === name && one.version === version)),
    ).toBe(true);
  });

  it('when a file is read, then it is the one of the manifest, and small', () => {
    const sums = new Map(packages.flatMap((one) => one.files.map((file) => [`${one.name} ${file.path}`, file.sha256])));
    expect(sums.size).toBe(files.length);
    for (const file of files) {
      const sum = createHash('sha256').update(file.text).digest('hex');
      expect(sums.get(`${file.package} ${file.path}`), file.path).toBe(sum);
      expect(Buffer.byteLength(file.text)).toBeLessThanOrEqual(40 * 1_024);
      expect(file.text).not.toMatch(/<\||\r|\0/);
    }
    expect(new Set(sums.values()).size).toBe(files.length);
    expect(statSync(path.join(data, 'completion-files.jsonl.gz')).size).toBeLessThan(700_000);
  });

  it('when a case is put together, then it is the file, and what is missing is a rest of a line or a small block', () => {
    for (const one of own) {
      const lines = one.expected.trimStart().split('\n');
      expect(one.expected.trim(), one.id).not.toBe('');
      expect(one.after === '' || one.after.startsWith('\n'), one.id).toBe(true);
      if (one.kind === 'single') expect(one.expected, one.id).not.toContain('\n');
      else expect(lines.length, one.id).toSatisfy((count: number) => count >= 2 && count <= 6);
    }
  });

  it('when HumanEval is read, then there are 180 cases, and no line end is to be written before the next line', () => {
    const given = readCases(['humaneval']);
    expect(given).toHaveLength(180);
    expect(given.filter(({ shape }) => shape === 'single-line').every(({ kind }) => kind === 'single')).toBe(true);
    expect(given.filter(({ shape }) => shape !== 'random-span').every(({ after }) => after.startsWith('\n'))).toBe(
      true,
    );
    expect(given.some(({ expected }) => expected.endsWith('\n') && expected.trim() !== '')).toBe(false);
  });
});

describe('a choice of cases', () => {
  it('when fewer are asked for, then so many of each split are drawn, in their order, the same for the same seed', () => {
    const chosen = chooseCases(own, { count: 10, seed: 3 });
    expect(chosen.filter(({ split }) => split === 'tuning')).toHaveLength(10);
    expect(chosen.filter(({ split }) => split === 'report')).toHaveLength(10);
    expect(own.filter((one) => chosen.includes(one))).toEqual(chosen);
    expect(chooseCases(own, { count: 10, seed: 3 })).toEqual(chosen);
    expect(chooseCases(own, { count: 10, seed: 4 })).not.toEqual(chosen);
  });

  it('when a language is asked for, then only its cases are chosen', () => {
    const chosen = chooseCases(own, { language: 'go', seed: 1 });
    expect(chosen).toHaveLength(164);
    expect(chosen.every(({ path: file }) => file.endsWith('.go'))).toBe(true);
  });
});
