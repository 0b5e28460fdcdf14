/** A file as the editor would open it. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { documentCharsMax } from '../protocol.ts';
import { CommandError, type Io } from './command.ts';

export interface OpenedFile {
  readonly uri: string;
  readonly languageId: string;
  readonly text: string;
}

/** VS Code's language identifiers by file extension. Anything else is `plaintext`. */
const languages: Readonly<Record<string, string>> = {
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hpp: 'cpp',
  cs: 'csharp',
  css: 'css',
  go: 'go',
  html: 'html',
  java: 'java',
  js: 'javascript',
  cjs: 'javascript',
  mjs: 'javascript',
  jsx: 'javascriptreact',
  json: 'json',
  kt: 'kotlin',
  md: 'markdown',
  php: 'php',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'shellscript',
  sql: 'sql',
  swift: 'swift',
  ts: 'typescript',
  cts: 'typescript',
  mts: 'typescript',
  tsx: 'typescriptreact',
  yaml: 'yaml',
  yml: 'yaml',
};

export function languageOf(file: string): string {
  return languages[path.extname(file).slice(1).toLowerCase()] ?? 'plaintext';
}

/** Bytes that surely hold more than `documentCharsMax` characters are not even read. */
const fileBytesMax = 4 * documentCharsMax;

export async function openFile(name: string, io: Io): Promise<OpenedFile> {
  const file = path.resolve(io.cwd, name);
  const stats = await stat(file).catch(() => undefined);
  if (!stats) throw new CommandError(`${name} does not exist: give the path of a source file.`);
  if (!stats.isFile()) throw new CommandError(`${name} is not a file: give the path of a source file.`);
  if (stats.size > fileBytesMax) throw tooLarge(name, stats.size);
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CommandError(`${name} cannot be read: ${error.message}`);
  });
  const encoding = wideEncodingOf(bytes);
  if (encoding !== undefined)
    throw new CommandError(
      `${name} is written in ${encoding}; only UTF-8 is read: save it as UTF-8, then run it again.`,
    );
  if (bytes.includes(0))
    throw new CommandError(`${name} contains null bytes, so it is not text: give the path of a source file.`);
  // A byte order mark is no character of the document: editors do not count it either.
  const text = new TextDecoder('utf-8').decode(bytes);
  if (text.length > documentCharsMax) throw tooLarge(name, stats.size);
  return { uri: pathToFileURL(file).href, languageId: languageOf(file), text };
}

/** By the byte order mark; other text begins with none of these. */
function wideEncodingOf(bytes: Uint8Array): 'UTF-16' | 'UTF-32' | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return bytes.length >= 4 && c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  return a === 0 && b === 0 && c === 0xfe && d === 0xff ? 'UTF-32' : undefined;
}

function tooLarge(name: string, bytes: number): CommandError {
  return new CommandError(
    `${name} has ${(bytes / 1e6).toFixed(1)} MB; at most ${documentCharsMax / 1024 ** 2} million characters are read: give a smaller file.`,
  );
}
