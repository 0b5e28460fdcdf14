/** Small files that are read as a whole, as long as they are small: what somebody else has put there is not drawn into memory. */
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf } from './reason.ts';

/** @returns undefined when there is no such file. @throws what the system says, and as {@link textOf} does. */
export async function readSmallFile(file: string, bytesMax: number): Promise<string | undefined> {
  const handle = await open(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    return await textOf(handle, bytesMax);
  } finally {
    await handle.close();
  }
}

/** Of a file that is open. @throws what the system says, and when the file is larger than `bytesMax`, in a sentence's end. */
async function textOf(handle: FileHandle, bytesMax: number): Promise<string> {
  const { size } = await handle.stat();
  if (size > bytesMax) throw new Error(`it has ${size} bytes, more than ${bytesMax}`);
  return await handle.readFile('utf8');
}
