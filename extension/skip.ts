/** Where the editor is not one to suggest in, of which the runtime knows nothing. Pure. */

export interface EditorView {
  /** Of the document that is asked about. */
  readonly uri: string;
  readonly scheme: string;
  readonly languageId: string;
  /** Asked for by hand. */
  readonly invoked: boolean;
  /** Of the editor that shows the document; 0 when none does. */
  readonly cursors: number;
  /** Whether the file system lets anybody write there; undefined where it does not say. */
  readonly isWritable: boolean | undefined;
  /** The two documents that the tab in front compares; undefined when it compares nothing. */
  readonly compared: readonly [original: string, modified: string] | undefined;
}

export type SkipReason = 'severalCursors' | 'readOnly' | 'programOutput' | 'diffEditor';

/** What programs write for people to read. */
const outputSchemes: ReadonlySet<string> = new Set(['output', 'debug', 'vscode-notebook-cell-output']);
const outputLanguages: ReadonlySet<string> = new Set(['Log', 'log']);

/**
 * The first that holds:
 * 1. `severalCursors`: each would get the text that was meant for one, asked for by hand or not.
 * 2. `readOnly`: nothing can be put in. Of a single file that is read-only VS Code does not ask.
 * 3. `programOutput`: output channels, logs, outputs of notebook cells.
 * 4. Asked by hand: nothing else keeps it back.
 * 5. `diffEditor`: people compare there, and ghost text would look like a difference.
 */
export function whySkipped(view: EditorView): SkipReason | undefined {
  if (view.cursors > 1) return 'severalCursors';
  if (view.isWritable === false) return 'readOnly';
  if (outputSchemes.has(view.scheme) || outputLanguages.has(view.languageId)) return 'programOutput';
  if (view.invoked) return undefined;
  return view.compared?.includes(view.uri) === true ? 'diffEditor' : undefined;
}
