import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Io } from './command.ts';

/** Of the installation that the program belongs to. */
export function versionOf(io: Pick<Io, 'media'>): string {
  const manifest = JSON.parse(readFileSync(path.join(io.media, '..', 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
