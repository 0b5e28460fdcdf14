/** Small files that are read as a whole, as long as they are small: what somebody else has put there is not drawn into memory. */
import { readFile, stat } from 'node:fs/promises';

/** @returns undefined when there is no such file. @throws what the system says, and when the file is larger than `bytesMax`, in a sentence's end. */
export async function readSmallFile(file: string, bytesMax: number): Promise<string | undefined> {
  const size = await stat(file).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  if (size > bytesMax) throw new Error(`it has ${size} bytes, more than ${bytesMax}`);
  return await readFile(file, 'utf8');
}
