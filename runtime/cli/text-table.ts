/** Aligned tables for terminals. Pure. */

export interface TextColumn {
  readonly label: string;
  /** Text stands at the left, numbers at the right. */
  readonly isText?: boolean;
}

/** A line for the heads and one for each row, without an end of line after the last. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ label }) => label), ...rows];
  const widths = columns.map((_, place) => Math.max(...all.map((row) => row[place]?.length ?? 0)));
  const aligned = (cell: string, place: number): string =>
    columns[place]?.isText === true ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0);
  return all.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}
