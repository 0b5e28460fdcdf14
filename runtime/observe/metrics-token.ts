/** The word that whoever asks for the metrics has to know: from a file that the user names. */
import { open } from 'node:fs/promises';
import path from 'node:path';

export const tokenCharsMin = 16;
const tokenBytesMax = 4_096;

/** @throws Error with a sentence that says what is wrong with the file and what to do. */
export async function readToken(file: string): Promise<string> {
  if (file === '') throw new Error('metrics have a port and no token: name a file with one in metricsTokenFile.');
  if (!path.isAbsolute(file))
    throw new Error(`'${file}' is no absolute path: give the token's file by its whole path.`);
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `the token's file ${file} cannot be read (${error.code ?? error.message}): make it, or name another.`,
    );
  });
  try {
    const { mode, size } = await handle.stat();
    // Windows keeps no such modes: there the folder's access list counts.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Error(`the token's file ${file} can be read by others: run 'chmod 600' on it.`);
    const token = size > tokenBytesMax ? '' : (await handle.readFile('utf8')).trim();
    if (!/^[\x21-\x7e]+$/.test(token) || token.length < tokenCharsMin)
      throw new Error(
        `the token's file ${file} holds no word of at least ${tokenCharsMin} letters and digits: write one.`,
      );
    return token;
  } finally {
    await handle.close();
  }
}
