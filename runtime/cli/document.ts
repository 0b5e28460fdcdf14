/** A file, or what comes on standard input, as the editor would open it. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { documentCharsMax, targetLanguages } from '../protocol.ts';
import { firstAbort } from './abort.ts';
import { CommandError, type Io, UsageError, type Values } from './command.ts';

export interface OpenedFile {
  readonly uri: string;
  readonly languageId: string;
  readonly text: string;
}

export interface NamedFile extends OpenedFile {
  /** For messages: as it was given. */
  readonly name: string;
  /** Neither its name nor the user says what it is written in. */
  readonly isLanguageAssumed: boolean;
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
  diff: 'diff',
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
  patch: 'diff',
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
  return languages[path.extname(file).slice(1).toLowerCase()] ?? languageUnknown;
}

const languageUnknown = 'plaintext';

/** By VS Code's identifier, a file's ending, or its name: `cpp`, `py`, `C++`. @throws UsageError when there is none. */
function languageNamed(text: string): string {
  const wanted = text.toLowerCase();
  const known = [...new Set(Object.values(languages)), languageUnknown];
  const named = Object.entries(targetLanguages).find(([, name]) => name.toLowerCase() === wanted)?.[0];
  const found = named ?? known.find((id) => id === wanted) ?? languages[wanted];
  if (found === undefined) throw new UsageError(`--language is '${text}': give one of ${known.join(', ')}`);
  return found;
}

export const languageOption = { language: { type: 'string' } } as const;
export const languageHelp = { language: 'what it is written in (default: by the ending of its name)' } as const;

/** Bytes that surely hold more than `documentCharsMax` characters are not even read. */
const fileBytesMax = 4 * documentCharsMax;

/**
 * `-` is standard input.
 *
 * @throws CommandError for what cannot be read as source, UsageError for an unknown language.
 */
export async function openFile(name: string, io: Io, values: Values = {}): Promise<NamedFile> {
  const chosen = typeof values['language'] === 'string' ? languageNamed(values['language']) : undefined;
  const isInput = name === '-';
  const what = isInput ? 'standard input' : name;
  const file = path.resolve(io.cwd, name);
  const text = textOf(isInput ? await readInput(what, io) : await readSource(name, file), what);
  const uri = isInput ? 'untitled:stdin' : pathToFileURL(file).href;
  const guessed = isInput ? languageUnknown : languageOf(file);
  const isLanguageAssumed = chosen === undefined && guessed === languageUnknown;
  return { name: what, uri, languageId: chosen ?? guessed, isLanguageAssumed, text };
}

async function readSource(name: string, file: string): Promise<Uint8Array> {
  const stats = await stat(file).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  if (stats.isDirectory())
    throw new CommandError(`${name} is a folder: give a file in it, or 'punctual summarize --folder'.`);
  if (!stats.isFile()) throw new CommandError(`${name} is not a file: give the path of a source file.`);
  if (stats.size > fileBytesMax) throw tooLarge(name, stats.size);
  return readFile(file).catch((error: unknown) => {
    throw unreadable(name, error);
  });
}

function unreadable(name: string, error: unknown): CommandError {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CommandError(`${name} does not exist: give the path of a source file.`);
    case 'EACCES':
    case 'EPERM':
      return new CommandError(`${name} may not be read by you: change its permissions, or give another file.`);
    default:
      return new CommandError(`${name} cannot be read (${code ?? String(error)}): give the path of a source file.`);
  }
}

/** To its end, or as soon as it is too much. Whoever presses Ctrl+C does not wait for it. */
async function readInput(what: string, io: Io): Promise<Uint8Array> {
  const abort = firstAbort([io.signal]);
  try {
    return await Promise.race([abort.promise, collect(what, io.input)]);
  } finally {
    abort.dispose();
  }
}

async function collect(what: string, input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > fileBytesMax) throw tooLarge(what, bytes);
  }
  return Buffer.concat(chunks);
}

function textOf(bytes: Uint8Array, name: string): string {
  const encoding = wideEncodingOf(bytes);
  if (encoding !== undefined)
    throw new CommandError(
      `${name} is written in ${encoding}; only UTF-8 is read: save it as UTF-8, then run it again.`,
    );
  if (bytes.includes(0))
    throw new CommandError(`${name} contains null bytes, so it is not text: give the path of a source file.`);
  // A byte order mark is no character of the document: editors do not count it either.
  const text = new TextDecoder('utf-8').decode(bytes);
  if (text.length > documentCharsMax) throw tooLarge(name, bytes.length);
  return text;
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
