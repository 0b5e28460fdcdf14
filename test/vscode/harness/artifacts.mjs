/** What a run leaves for a person to look at: screenshots and ends of logs, in a git-ignored folder. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { artifactsFolder, shown } from './paths.mjs';

const tailLength = 6000;
const copyMs = 100;

export function emptyArtifacts() {
  rmSync(artifactsFolder, { recursive: true, force: true });
  mkdirSync(artifactsFolder, { recursive: true });
}

/** A file name out of the words of a test. @param {string} words */
export function fileName(words) {
  return words
    .replaceAll(/[^\w.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100);
}

/** The end of a file; '' when it is not there. @param {import('node:fs').PathLike} file */
export function tail(file) {
  try {
    return readFileSync(file, 'utf8').slice(-tailLength);
  } catch {
    return '';
  }
}

/**
 * Every log there is: the server's, the browser console's, the extension host's, the extension's and the runtime's.
 * @param {string} folder of one user of VS Code
 */
export function logsBelow(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const wanted = /^(code-server|console)\.log$|^home\/[^/]+\.log$|exthost.*\.log$/;
  return names.filter((name) => wanted.test(name.replaceAll(path.sep, '/'))).map((name) => path.join(folder, name));
}

/**
 * Keeps what explains a failure, and says where. Never throws: the failure itself must stay the news.
 * @param {string} name of the files
 * @param {string} folder of the user of VS Code, where the logs are
 * @param {readonly import('./workbench.mjs').Workbench[]} windows
 */
export async function keepEvidence(name, folder, windows) {
  mkdirSync(artifactsFolder, { recursive: true });
  const files = [];
  for (const [index, window] of windows.entries()) {
    try {
      files.push(await window.screenshot(`${name}${index === 0 ? '' : `-window-${index + 1}`}`));
    } catch (error) {
      console.error(`    no screenshot: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    }
  }
  try {
    const sections = logsBelow(folder).map((log) => `===== ${path.relative(folder, log)}\n${tail(log)}\n`);
    const file = path.join(artifactsFolder, `${name}.log`);
    writeFileSync(file, sections.join('\n'));
    files.push(file);
  } catch (error) {
    console.error(`    no logs: ${error}`);
  }
  for (const file of files) console.error(`    ${shown(file)}`);
}

/**
 * Copies to a stream what is appended to a file. `end` copies the rest and lets go.
 * @param {string} file
 * @param {NodeJS.WritableStream} stream
 */
export function follow(file, stream) {
  let position = 0;
  const copy = () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= position) return;
    const buffer = Buffer.alloc(size - position);
    const handle = openSync(file, 'r');
    position += readSync(handle, buffer, 0, buffer.length, position);
    closeSync(handle);
    stream.write(buffer);
  };
  const timer = setInterval(copy, copyMs);
  return {
    end() {
      clearInterval(timer);
      copy();
    },
  };
}
