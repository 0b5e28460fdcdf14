/** What Windows says of a file or a folder, as SDDL ([MS-DTYP] 2.5.1): whose it is, and who may. Pure. */

/** Local System, administrators, and whoever owns or made a file. */
const trusted: ReadonlySet<string> = new Set([
  'SY',
  'BA',
  'CO',
  'OW',
  'S-1-5-18',
  'S-1-5-32-544',
  'S-1-3-0',
  'S-1-3-4',
]);

/**
 * Who else is allowed anything by the list. One that cannot be read to its end, or is none, allows everyone: entries with conditions have
 * parentheses of their own.
 */
export function strangersIn(sddl: string, sid: string): readonly string[] {
  const list = /D:([A-Z_]*)((?:\([^()]*\))*)(?=\s|S:|$)/.exec(sddl);
  if (list?.[2] === undefined || list[1]?.includes('NO_ACCESS_CONTROL')) return ['everyone'];
  const entries = [...list[2].matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => entry.split(';'));
  const allowed = entries.filter(
    ([kind = '']) => kind.startsWith('A') || kind.startsWith('OA') || kind.startsWith('XA'),
  );
  const names = allowed.map((entry) => entry[5] ?? 'everyone');
  return [...new Set(names.filter((name) => name !== sid && !trusted.has(name)))];
}

/** Who could take any file of this machine. */
const mighty: ReadonlySet<string> = new Set(['SY', 'BA', 'S-1-5-18', 'S-1-5-32-544']);

/** Whose it is; undefined when that is not said. An owner may change the list, whoever stands on it. */
export function ownerOf(sddl: string): string | undefined {
  return /^\s*O:(S-1-[0-9-]+|[A-Z]{2})(?=[GDS]:|\s|$)/.exec(sddl)?.[1];
}

/** Whether it is the user's, and nobody else may do anything with it who could not do so anyway. */
export function isOwn(sddl: string, sid: string): boolean {
  const owner = ownerOf(sddl);
  return owner !== undefined && (owner === sid || mighty.has(owner)) && strangersIn(sddl, sid).length === 0;
}
