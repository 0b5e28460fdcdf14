/** A recorded editing session: what the document was before each edit, and where the cursor stood after it. Pure. */

/** The file format of josephg/editing-traces; a patch is [position, characters deleted, text inserted]. */
export interface RawTrace {
  readonly startContent: string;
  readonly endContent: string;
  readonly txns: readonly { readonly time: string; readonly patches: readonly Patch[] }[];
}

export type Patch = readonly [position: number, deleted: number, inserted: string];

export interface Edit {
  /** Recorded to the second. */
  readonly stampMs: number;
  /** Applied one after the other; positions in UTF-16 units. */
  readonly patches: readonly Patch[];
}

/** A document is kept for each so many edits, so that any state is few edits away: 145 documents of 60 kB. */
const snapshotEvery = 256;

export class EditingTrace {
  /** Without the first transaction, which inserts the file as it was when the recording began. */
  readonly edits: readonly Edit[];
  readonly #snapshots: string[];

  constructor(raw: RawTrace) {
    const [first, ...rest] = raw.txns;
    this.#snapshots = [applied(raw.startContent, first?.patches ?? [])];
    this.edits = rest.map(({ time, patches }) => ({ stampMs: Date.parse(time), patches }));
  }

  /** The document before edit `index`; with the number of edits, the last document. */
  textBefore(index: number): string {
    let at = Math.min(Math.floor(index / snapshotEvery), this.#snapshots.length - 1);
    let text = this.#snapshots[at] ?? '';
    for (let edit = at * snapshotEvery; edit < index; edit += 1) {
      text = applied(text, this.edits[edit]?.patches ?? []);
      if ((edit + 1) % snapshotEvery === 0) {
        at += 1;
        this.#snapshots[at] = text;
      }
    }
    return text;
  }
}

export function applied(text: string, patches: readonly Patch[]): string {
  return patches.reduce(
    (before, [position, deleted, inserted]) => before.slice(0, position) + inserted + before.slice(position + deleted),
    text,
  );
}

/** Where the cursor stood before an edit: at its first change, behind what was deleted there. */
export function cursorBefore({ patches }: Edit): number {
  const first = patches[0];
  return first === undefined ? 0 : first[0] + first[1];
}

/**
 * Where the cursor stands after an edit, which the recording does not say. VS Code lists the changes of one edit from the end of the
 * document to its beginning, and those further up (an import, the indentation of a line that was left empty) were not made by hand. So:
 * where the next edit begins, if that is inside one of the new texts, as between brackets that were closed by themselves; else behind
 * the first new text.
 */
export function cursorAfter({ patches }: Edit, next: Edit | undefined): number {
  const ranges = patches.map(([position, , inserted], index) => {
    const above = patches.slice(index + 1).filter(([later]) => later <= position);
    const start = above.reduce((shifted, [, deleted, text]) => shifted + text.length - deleted, position);
    return { start, end: start + inserted.length };
  });
  const wanted = next && cursorBefore(next);
  const isInside = wanted !== undefined && ranges.some(({ start, end }) => wanted >= start && wanted <= end);
  return isInside ? wanted : Math.max(ranges[0]?.end ?? 0, 0);
}
