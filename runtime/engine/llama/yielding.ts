/**
 * Before a load the library reads the head of the file in one go: for a vocabulary of 152,000 tokens that is 0.2 s in which no pass begins
 * and no command is heard (node-llama-cpp 3.21.1 and 3.22.1, gguf/fileReaders/GgufFileReader.js). What it reads may come as a promise
 * anywhere, so now and then a value comes in a later turn, and others have theirs. Without effect on a library that is built otherwise.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
// The package does not export it, and in the built engine it has to be the one that the library uses there.
import { GgufFileReader } from '../../../node_modules/node-llama-cpp/dist/gguf/fileReaders/GgufFileReader.js';

/** 2 to 3 ms of reading. */
const readsOfTurn = 2_000;

type Read = (this: unknown, ...args: unknown[]) => unknown;

let isDone: boolean | undefined;

/**
 * To be called before the first load; once is enough.
 * @returns whether the library is built as expected.
 */
export function letOthersInWhileReading(): boolean {
  isDone ??= patch(GgufFileReader.prototype);
  return isDone;
}

function patch(prototype: object): boolean {
  const read: unknown = Reflect.get(prototype, '_withBufferRead');
  if (!isRead(read)) return false;
  let reads = 0;
  const yielding: Read = function (...args) {
    reads += 1;
    return reads % readsOfTurn === 0 ? nextTurn().then(() => read.apply(this, args)) : read.apply(this, args);
  };
  return Reflect.set(prototype, '_withBufferRead', yielding);
}

function isRead(value: unknown): value is Read {
  return typeof value === 'function';
}
