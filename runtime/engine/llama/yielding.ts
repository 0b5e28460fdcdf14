/**
 * Before a load the library reads the head of the file in one go: for a vocabulary of 152,000 tokens that is 0.2 s in which no pass begins
 * and no command is heard (node-llama-cpp 3.21.1 and 3.22.1, gguf/fileReaders/GgufFileReader.js). What it reads may come as a promise
 * anywhere, so now and then a value comes in a later turn, and others have theirs. Without effect on a library that is built otherwise.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** 2 to 3 ms of reading. */
const readsOfTurn = 2_000;

const readerModule = 'gguf/fileReaders/GgufFileReader.js';

type Read = (this: unknown, ...args: unknown[]) => unknown;

let isDone: Promise<boolean> | undefined;

/**
 * To be called before the first load; once is enough.
 * @param library the URL of the library's entry.
 * @returns whether the library is built as expected.
 */
export function letOthersInWhileReading(library = import.meta.resolve('node-llama-cpp')): Promise<boolean> {
  isDone ??= patch(library).catch(() => false);
  return isDone;
}

async function patch(library: string): Promise<boolean> {
  const module: unknown = await import(new URL(readerModule, library).href);
  const prototype = prototypeOf(module);
  if (prototype === undefined) return false;
  const read = prototype['_withBufferRead'];
  if (!isRead(read)) return false;
  let reads = 0;
  const yielding: Read = function (...args) {
    reads += 1;
    return reads % readsOfTurn === 0 ? nextTurn().then(() => read.apply(this, args)) : read.apply(this, args);
  };
  prototype['_withBufferRead'] = yielding;
  return true;
}

function prototypeOf(module: unknown): Record<string, unknown> | undefined {
  if (typeof module !== 'object' || module === null || !('GgufFileReader' in module)) return undefined;
  const { GgufFileReader: reader } = module;
  return typeof reader === 'function' ? (reader.prototype as Record<string, unknown>) : undefined;
}

function isRead(value: unknown): value is Read {
  return typeof value === 'function';
}
