/** The garbage collector at once, for tests of what is kept in memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** In bytes, of what can still be reached. */
export function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
