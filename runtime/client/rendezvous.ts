/** How a client learns of a runtime that is up: a file that names it, and a question to it. Changes nothing. */
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { get } from 'node:http';
import { type Rendezvous, rendezvousSchema, runtimeIdentitySchema } from '../protocol.ts';
import type { Home } from './home.ts';
import { type WindowsPrivacy, windowsPrivacyOf } from './windows-privacy.ts';

const windowsHere = windowsPrivacyOf(process.platform, process.env);

/** Many times what a runtime writes. */
const fileBytesMax = 4_096;
/** Of what names itself over HTTP. */
const identityCharsMax = 4_096;

/**
 * Undefined when there is no file, when what it says makes no sense, or when somebody else could have written or read it: all mean
 * that no runtime can be found. Whoever could plant this file would be sent the user's documents.
 */
export async function readRendezvous(
  home: Home,
  windows: Pick<WindowsPrivacy, 'isPrivate'> | undefined = windowsHere,
): Promise<Rendezvous | undefined> {
  const file = await open(home.rendezvousFile).catch(() => undefined);
  try {
    if (!file) return undefined;
    // Asked of the file that is read, not of its name: the name may change hands in between.
    const stats = await file.stat();
    if (stats.size > fileBytesMax || !isPrivate(stats)) return undefined;
    if (windows && !(await windows.isPrivate(home.rendezvousFile))) return undefined;
    return rendezvousSchema.parse(JSON.parse(await file.readFile('utf8')));
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** Windows keeps no such modes, but lists. */
function isPrivate({ uid, mode }: Stats): boolean {
  const own = process.getuid?.();
  return own === undefined || (uid === own && (mode & 0o077) === 0);
}

/** A runtime answers within a millisecond; one that is swapped out or starved by other programs may take a while. */
const probeMsMax = 2_000;

/**
 * Whether the runtime that the file names is really there. The pid alone proves nothing: after a crash another program may have it,
 * or another program may listen on the port.
 */
export function isAlive({ port, token, pid }: Rendezvous): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      {
        host: '127.0.0.1',
        port,
        path: '/',
        signal: AbortSignal.timeout(probeMsMax),
        agent: false,
        headers: { authorization: `Bearer ${token}` },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body = (body + chunk).slice(0, identityCharsMax);
        });
        response.on('end', () => resolve(response.statusCode === 200 && isIdentityOf(body, pid)));
        response.on('error', () => resolve(false));
      },
    );
    request.on('error', () => resolve(false));
    // Whatever else may happen on a port that is not ours, such as an upgrade: it ends with this.
    request.on('close', () => resolve(false));
  });
}

function isIdentityOf(body: string, pid: number): boolean {
  try {
    return runtimeIdentitySchema.parse(JSON.parse(body)).pid === pid;
  } catch {
    return false;
  }
}
