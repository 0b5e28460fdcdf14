/** Which documents the runtime knows: the editors' schemes, and the limit above which a document would not fit into a message. */
import type * as vscode from 'vscode';
import { messageBytesMax } from '../runtime/protocol.ts';

/** Files, new files and notebook cells; `vscode-remote` and `vscode-vfs` when the extension runs beside the screen and the files elsewhere. */
const schemes = ['file', 'untitled', 'vscode-notebook-cell', 'vscode-remote', 'vscode-vfs'];

export const documentSelector = schemes.map((scheme) => ({ scheme }));

/** JSON writes one UTF-16 unit in 6 bytes at worst; the rest of a message is small. */
export const wireCharsMax = Math.floor((messageBytesMax - 65_536) / 6);

/** Whether the runtime is told of this document. A larger one would be answered by closing the connection. */
export function isShared(document: vscode.TextDocument): boolean {
  return schemes.includes(document.uri.scheme) && !isTooLarge(document);
}

export function isTooLarge(document: vscode.TextDocument): boolean {
  const end = document.lineAt(document.lineCount - 1).range.end;
  return document.offsetAt(end) > wireCharsMax;
}
