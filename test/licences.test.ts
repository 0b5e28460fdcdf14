/** Under which licences the packages stand that the lockfile names, and that everything fetched from elsewhere is pinned. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '..');
const lockfile = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        license: z.string().optional(),
        dev: z.boolean().optional(),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        link: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')));
const packages = Object.entries(lockfile.packages).filter(([folder]) => folder !== '');

/** What may be part of the VSIX. A choice (`OR`) is permitted when one of its sides is. */
const permissive = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0']);

/** Beside these, for programs that only developing and testing run, and data that they read. */
const forDevelopment = new Set([
  'Artistic-2.0',
  'CC-BY-3.0',
  'CC0-1.0',
  'MPL-2.0',
  'Python-2.0',
  'SEE LICENSE IN LICENSE.txt',
  'Unlicense',
  'WTFPL',
  'Zlib',
]);

function isPermitted(expression: string, isAllowed: (licence: string) => boolean): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  return plain.split(' OR ').some((side) => side.split(' AND ').every(isAllowed));
}

describe('licences', () => {
  it('when a package is shipped, then its licence is permissive', () => {
    const wrong = packages.filter(
      ([, { dev, license }]) => dev !== true && !isPermitted(license ?? 'none', (each) => permissive.has(each)),
    );
    expect(wrong.map(([folder, { license }]) => `${folder}: ${license}`)).toEqual([]);
  });

  it('when a package is for development only, then its licence is one we have looked at', () => {
    const wrong = packages.filter(
      ([, { license }]) => !isPermitted(license ?? 'none', (each) => permissive.has(each) || forDevelopment.has(each)),
    );
    expect(wrong.map(([folder, { license }]) => `${folder}: ${license}`)).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['(MIT AND GPL-3.0-or-later)', false],
    ['GPL-3.0-only', false],
    ['none', false],
  ])('when a licence reads %s, then permitted is %s', (expression, permitted) => {
    expect(isPermitted(expression, (each) => permissive.has(each))).toBe(permitted);
  });
});

describe('what is fetched', () => {
  it('when npm installs a package, then its hash is known, and no other place than the registry is named', () => {
    const wrong = packages.filter(([, { resolved, integrity, link }]) => {
      const isElsewhere = resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/');
      return link !== true && (isElsewhere || integrity?.startsWith('sha512-') !== true);
    });
    expect(wrong.map(([folder, { resolved }]) => `${folder}: ${resolved ?? 'no hash'}`)).toEqual([]);
  });

  it('when a workflow uses an action, then it is one of ours or pinned to a commit', () => {
    const folder = path.join(root, '.github', 'workflows');
    const used = readdirSync(folder).flatMap((file) =>
      [...readFileSync(path.join(folder, file), 'utf8').matchAll(/uses: (\S+)/g)].map((match) => match[1] ?? ''),
    );
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40}$)/.test(action))).toEqual([]);
  });
});
