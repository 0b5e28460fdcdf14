/** Which bytes of a file are there: sorted, disjoint, non-touching half-open intervals. Pure; every function returns a new list. */

export interface Range {
  /** First byte. */
  readonly from: number;
  /** One past the last byte. */
  readonly to: number;
}

export type Ranges = readonly Range[];

export function withRange(ranges: Ranges, added: Range): Ranges {
  if (added.to <= added.from) return ranges;
  const before = ranges.filter(({ to }) => to < added.from);
  const after = ranges.filter(({ from }) => from > added.to);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const from = Math.min(added.from, touching[0]?.from ?? added.from);
  const to = Math.max(added.to, touching.at(-1)?.to ?? added.to);
  return [...before, { from, to }, ...after];
}

export function bytesOf(ranges: Ranges): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** What is missing of a file of `total` bytes, in order, cut into pieces of at most `pieceBytes`. */
export function missingOf(ranges: Ranges, total: number, pieceBytes: number): Range[] {
  const pieces: Range[] = [];
  let position = 0;
  for (const { from, to } of [...ranges, { from: total, to: total }]) {
    for (; position < Math.min(from, total); position += pieceBytes)
      pieces.push({ from: position, to: Math.min(position + pieceBytes, from, total) });
    position = to;
  }
  return pieces;
}
