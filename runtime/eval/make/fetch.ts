/** Brings packages into a folder with the registries' own clients, and reads them. What is there already is not asked for again. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DebianCopyright, mitNotice, npmLicence } from './licence.ts';
import type { WantedPackage } from './packages.ts';
import type { SourceFile } from './sources.ts';

export interface FetchedPackage {
  readonly url: string;
  /** Paths of all its files. */
  readonly paths: readonly string[];
  /** SPDX; undefined when the file may not be copied. */
  licenceOf(file: string): string | undefined;
  read(file: string): SourceFile;
  /** What must go along with a copy. */
  readonly notice: string;
}

/** @throws when a client fails: there is no such package, or no network. `apt-get source` needs a `deb-src` line. */
export function fetchPackage(wanted: WantedPackage, folder: string): FetchedPackage {
  const own = path.join(folder, `${wanted.ecosystem}-${wanted.name.replaceAll('/', '-')}`);
  const tree = path.join(own, 'tree');
  if (!existsSync(tree)) {
    mkdirSync(own, { recursive: true });
    if (wanted.ecosystem === 'npm') fetchNpm(wanted, own);
    else fetchDebian(wanted, own);
  }
  return wanted.ecosystem === 'npm' ? readNpm(tree) : readDebian(own, tree);
}

function fetchNpm({ name, version }: WantedPackage, own: string): void {
  execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', own], { stdio: 'pipe' });
  unpack(own, /\.tgz$/, 'tree');
}

function fetchDebian(wanted: WantedPackage, own: string): void {
  const folder = sourceFolderOf(wanted);
  if (folder !== undefined) return fetchBinary(wanted, folder, own);
  const { name, version } = wanted;
  execFileSync('apt-get', ['source', '--download-only', `${name}=${version}`], { cwd: own, stdio: 'pipe' });
  unpack(own, /\.debian\.tar\.\w+$/, 'packaging');
  unpack(own, /\.orig\.tar\.\w+$/, 'tree');
}

/** Packages of crates and of Python modules are their sources, in these folders. */
const sourceFolders = [
  { name: /^librust-.+-dev$/, folder: 'usr/share/cargo/registry' },
  { name: /^python3-/, folder: 'usr/lib/python3/dist-packages' },
] as const;

function sourceFolderOf({ name }: WantedPackage): string | undefined {
  return sourceFolders.find((one) => one.name.test(name))?.folder;
}

function fetchBinary({ name, version }: WantedPackage, folder: string, own: string): void {
  execFileSync('apt-get', ['download', `${name}=${version}`], { cwd: own, stdio: 'pipe' });
  const archive = readdirSync(own).find((file) => file.endsWith('.deb')) ?? '';
  const all = path.join(own, 'all');
  execFileSync('dpkg-deb', ['-x', archive, all], { cwd: own, stdio: 'pipe' });
  writeFileSync(path.join(own, 'control'), execFileSync('dpkg-deb', ['-f', archive], { cwd: own }));
  renameSync(path.join(all, 'usr', 'share', 'doc', name), path.join(own, 'packaging'));
  const inside = path.join(all, folder);
  renameSync(
    folder.endsWith('registry') ? path.join(inside, readdirSync(inside)[0] ?? '') : inside,
    path.join(own, 'tree'),
  );
}

function unpack(own: string, archive: RegExp, into: string): void {
  const name = readdirSync(own).find((file) => archive.test(file));
  if (name === undefined) throw new Error(`${own} has no archive like ${archive.source}.`);
  mkdirSync(path.join(own, `${into}.part`), { recursive: true });
  execFileSync('tar', ['xf', name, '-C', `${into}.part`, '--strip-components=1'], { cwd: own, stdio: 'pipe' });
  renameSync(path.join(own, `${into}.part`), path.join(own, into));
}

function readNpm(tree: string): FetchedPackage {
  const manifest = JSON.parse(readFileSync(path.join(tree, 'package.json'), 'utf8')) as Record<string, unknown>;
  const repository = manifest['repository'];
  const named = typeof repository === 'string' ? repository : (repository as { url?: string } | undefined)?.url;
  const declared = manifest['license'] ?? (manifest['licenses'] as { type?: string }[] | undefined)?.[0]?.type;
  const licence = npmLicence(declared);
  return {
    ...filesIn(tree),
    url: webAddress(named ?? String(manifest['homepage'] ?? '')),
    licenceOf: () => licence,
    notice: noticesIn(tree) || (licence === 'MIT' ? mitNotice(authorOf(manifest)) : ''),
  };
}

function authorOf({ author, name }: Record<string, unknown>): string {
  const named = typeof author === 'object' && author !== null && 'name' in author ? author.name : author;
  return typeof named === 'string' ? named : `the authors of ${String(name)}`;
}

function readDebian(own: string, tree: string): FetchedPackage {
  const copyright = readFileSync(path.join(own, 'packaging', 'copyright'), 'utf8');
  const licences = new DebianCopyright(copyright);
  return {
    ...filesIn(tree),
    url: webAddress(homepageIn(own) ?? /^Source:\s*(\S+)/m.exec(copyright)?.[1] ?? ''),
    licenceOf: (file) => licences.licenceOf(file),
    notice: noticesIn(tree) || copyright,
  };
}

function homepageIn(own: string): string | undefined {
  const described = readdirSync(own).find((file) => file.endsWith('.dsc')) ?? 'control';
  return /^Homepage: (\S+)/m.exec(readFileSync(path.join(own, described), 'utf8'))?.[1];
}

function filesIn(tree: string): Pick<FetchedPackage, 'paths' | 'read'> {
  return {
    paths: readdirSync(tree, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll(path.sep, '/'))
      .filter((file) => statSync(path.join(tree, file), { throwIfNoEntry: false })?.isFile() === true)
      .sort(),
    read: (file) => ({ path: file, content: readFileSync(path.join(tree, file)) }),
  };
}

function noticesIn(tree: string): string {
  return readdirSync(tree)
    .filter(
      (file) => /^(?:licen[cs]e|copying|notice|copyright)/i.test(file) && statSync(path.join(tree, file)).isFile(),
    )
    .sort()
    .map((file) => readFileSync(path.join(tree, file), 'utf8').trim())
    .join('\n\n');
}

function webAddress(named: string): string {
  return named
    .replace(/^git\+/, '')
    .replace(/^(?:git@|ssh:\/\/git@|git:\/\/)([^/:]+)[:/]/, 'https://$1/')
    .replace(/^github:|^(?=[\w-]+\/[\w.-]+$)/, 'https://github.com/')
    .replace(/\.git$/, '');
}
