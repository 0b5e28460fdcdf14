/**
 * Makes the case set of the completion eval anew: `node dist/eval-make.mjs FOLDER`. Downloads go to FOLDER and stay there. The same
 * versions and the same seed give the same bytes.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { newRandom } from '../../bench/random.ts';
import type { CutFile, SourcePackage, Sources } from '../cases.ts';
import { type Language, languages } from '../languages.ts';
import { cutsOf } from './cut.ts';
import { type FetchedPackage, fetchPackage } from './fetch.ts';
import { type WantedPackage, wantedPackages } from './packages.ts';
import { isCandidate, isPreferred, isWrittenByHand, type SourceFile } from './sources.ts';

const seed = 20_261_121;
const dataFolder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'runtime', 'eval', 'data');
const casesPerFile = 5;

/** Cases of each language: 300 to tune with, 1,130 to report. */
const quotas: Readonly<Record<Language, { readonly tuning: number; readonly report: number }>> = {
  typescript: { tuning: 45, report: 165 },
  javascript: { tuning: 40, report: 150 },
  python: { tuning: 45, report: 165 },
  java: { tuning: 34, report: 130 },
  c: { tuning: 34, report: 130 },
  cpp: { tuning: 34, report: 130 },
  go: { tuning: 34, report: 130 },
  rust: { tuning: 34, report: 130 },
};

/** Of the packages of a language, the part that is for tuning. */
const tuningShare = 0.25;

interface Opened {
  readonly wanted: WantedPackage;
  readonly fetched: FetchedPackage;
  /** The licence of most of its files; the others are left out. */
  readonly licence: string;
  /** In a drawn order. */
  readonly files: SourceFile[];
  readonly taken: CutFile[];
}

function open(wanted: WantedPackage, folder: string): Opened {
  const fetched = fetchPackage(wanted, folder);
  const { language, folders } = wanted;
  const random = newRandom(seed, wanted.name);
  const all = fetched.paths.filter((file) => isCandidate(file, language, folders)).map((file) => fetched.read(file));
  const licensed = all.filter(({ path: file }) => fetched.licenceOf(file) !== undefined).filter(isWrittenByHand);
  const licence = mostFrequent(licensed.map(({ path: file }) => fetched.licenceOf(file) ?? ''));
  const files = licensed
    .filter(({ path: file }) => fetched.licenceOf(file) === licence)
    .map((file) => ({ file, key: random() + (isPreferred(file) ? 0 : 1) }))
    .sort((a, b) => a.key - b.key)
    .map(({ file }) => file);
  process.stderr.write(`${wanted.name}: ${files.length} of ${all.length} files, ${licence}\n`);
  return { wanted, fetched, licence, files, taken: [] };
}

function mostFrequent(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

/** One file of each package after the other, until there are enough cases. @throws when the packages have too few. */
function fill(opened: readonly Opened[], quota: number): void {
  let left = quota;
  while (left > 0) {
    const before = left;
    for (const one of opened) {
      const file = one.files.shift();
      if (file === undefined || left === 0) continue;
      const text = file.content.toString('utf8');
      const random = newRandom(seed, `${one.wanted.name}/${file.path}`);
      const cuts = cutsOf(text, one.wanted.language, Math.min(casesPerFile, left), random);
      if (cuts.length === 0) continue;
      one.taken.push({ package: one.wanted.name, path: file.path, text, cuts });
      left -= cuts.length;
    }
    if (before === left && opened.every(({ files }) => files.length === 0))
      throw new Error(`${left} of ${quota} cases are missing: name more packages.`);
  }
}

function entryOf({ wanted, fetched, licence, taken }: Opened, split: SourcePackage['split']): SourcePackage {
  const { ecosystem, name, version, language } = wanted;
  const files = taken.map((file) => ({
    path: file.path,
    sha256: createHash('sha256').update(file.text).digest('hex'),
  }));
  return { ecosystem, name, version, licence, url: fetched.url, language, split, files };
}

/** All at the beginning, so that everything that cannot be had is told at once. @throws when something cannot. */
function fetchAll(folder: string): void {
  const missing = wantedPackages.flatMap((wanted) => {
    try {
      fetchPackage(wanted, folder);
      return [];
    } catch (error) {
      return [`${wanted.name} ${wanted.version}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  if (missing.length > 0) throw new Error(`These packages cannot be had:\n${missing.join('\n')}`);
}

function make(folder: string): void {
  fetchAll(folder);
  const packages: SourcePackage[] = [];
  const files: CutFile[] = [];
  const notices: string[] = [];
  for (const language of languages) {
    const drawn = wantedPackages
      .filter((one) => one.language === language)
      .map((wanted) => ({ wanted, key: newRandom(seed, `split/${wanted.name}`)() }))
      .sort((a, b) => a.key - b.key)
      .map(({ wanted }) => open(wanted, folder))
      .filter((one) => one.files.length > 0);
    const tuningPackages = Math.max(2, Math.floor(tuningShare * drawn.length));
    const groups = { tuning: drawn.slice(0, tuningPackages), report: drawn.slice(tuningPackages) };
    for (const split of ['tuning', 'report'] as const) {
      fill(groups[split], quotas[language][split]);
      for (const one of groups[split].filter(({ taken }) => taken.length > 0)) {
        packages.push(entryOf(one, split));
        files.push(...one.taken);
        notices.push(
          `${'='.repeat(80)}\n${one.wanted.name} ${one.wanted.version} (${one.licence})\n\n${one.fetched.notice}\n`,
        );
      }
    }
  }
  const sources: Sources = { seed, packages };
  write('completion-sources.json', `${JSON.stringify(sources, undefined, 2)}\n`);
  write('completion-files.jsonl.gz', packed(files.map((file) => JSON.stringify(file)).join('\n')));
  write('completion-licences.txt.gz', packed(notices.join('\n')));
}

function packed(text: string): Buffer {
  return gzipSync(Buffer.from(`${text}\n`), { level: 9 });
}

function write(name: string, content: string | Buffer): void {
  writeFileSync(path.join(dataFolder, name), content);
  process.stderr.write(`${name}: ${content.length} bytes\n`);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('eval-make: name a folder for the downloads.\n');
  process.exit(2);
}
try {
  make(path.resolve(folder));
} catch (error) {
  process.stderr.write(`eval-make: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
