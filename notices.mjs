// Bundled packages leave their licence texts behind; most licences ask that they go along. Of what esbuild put into the programs
// that are shipped, this makes one file: each package with its version, its licence and the text.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const packageFolder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Folders of the packages whose modules stand in a bundle. @param inputs of esbuild's metafile. */
export function packagesOf(inputs) {
  return Object.keys(inputs).flatMap((file) => packageFolder.exec(file)?.[0] ?? []);
}

/** @throws with the package's name when it tells no licence: it must not be shipped. */
export function writeNotices(file, folders) {
  const notices = [...new Set(folders)].sort().map(noticeOf);
  const head = 'Punctual contains the packages below, each under its own licence.';
  writeFileSync(file, `${[head, ...new Set(notices)].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`notices: ${folder}/package.json names no licence.`);
  const text = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|-|$)/i.test(entry));
  const whole =
    text !== undefined && existsSync(path.join(folder, text))
      ? readFileSync(path.join(folder, text), 'utf8').trim()
      : '';
  return `${name} ${version}, ${license}${whole === '' ? '' : `\n\n${whole}`}`;
}
