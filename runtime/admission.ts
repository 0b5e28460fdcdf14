/**
 * Whom a server of ours on 127.0.0.1 lets in: whoever calls it by its own name (a page behind a rebound name does not), is no web page (a
 * browser says its Origin, `null` too), and shows the token. Stands below both doors, so that what keeps one shut keeps the other. Pure.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Admission {
  /** Of the server. */
  readonly port: number;
  readonly token: string;
}

/** In this order; undefined for whoever may come in. */
export function refusalOf(headers: IncomingHttpHeaders, { port, token }: Admission): 401 | 403 | undefined {
  const isThisServer = headers.host === `127.0.0.1:${port}` || headers.host === `localhost:${port}`;
  if (!isThisServer || headers.origin !== undefined) return 403;
  // The scheme's letters may be of either case (RFC 9110, section 11.1); the token's may not.
  const shown = (headers.authorization ?? '').replace(/^bearer +/i, 'Bearer ');
  return isEqual(shown, `Bearer ${token}`) ? undefined : 401;
}

/** Takes as long for a token that is almost right as for one that is all wrong. */
function isEqual(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
