// What a run leaves behind for a person: printed lines, and files in test-artifacts/ (ignored by git).
import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export function artifacts() {
  const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../test-artifacts');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Copies to `stream` what is appended to a file. `stop` copies the rest. */
export function watchFile(file, stream) {
  let position = 0;
  const copy = () => {
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size <= position) return;
    const buffer = Buffer.alloc(size - position);
    const handle = openSync(file, 'r');
    readSync(handle, buffer, 0, buffer.length, position);
    closeSync(handle);
    position = size;
    stream.write(buffer);
  };
  const timer = setInterval(copy, 100);
  return {
    stop() {
      clearInterval(timer);
    },
    copy,
  };
}
