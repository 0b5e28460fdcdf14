/** Which documents the runtime knows: the editors' schemes, and the limit above which a document would not fit into a message. */
import type * as vscode from 'vscode';
import {
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type LanguageClient,
  type Middleware,
} from 'vscode-languageclient/node';
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

/** The part of a language client that the guard needs. */
export type Notifier = Pick<LanguageClient, 'sendNotification' | 'code2ProtocolConverter'>;

/**
 * Keeps too large documents from the wire for one connection. A document that outgrows the limit is closed there, and opened again
 * once it has shrunk. Every hook forwards in the same turn, so that a change never falls behind the request that follows it.
 */
export function documentGuard(notifier: () => Notifier): Middleware {
  const withheld = new Set<string>();
  return {
    didOpen(document, next) {
      if (!isTooLarge(document)) return next(document);
      withheld.add(document.uri.toString());
      return Promise.resolve();
    },
    didChange(event, next) {
      const { document } = event;
      const key = document.uri.toString();
      const tooLarge = isTooLarge(document);
      if (tooLarge === withheld.has(key)) return tooLarge ? Promise.resolve() : next(event);
      const client = notifier();
      const convert = client.code2ProtocolConverter;
      if (tooLarge) {
        withheld.add(key);
        return client.sendNotification(
          DidCloseTextDocumentNotification.type,
          convert.asCloseTextDocumentParams(document),
        );
      }
      withheld.delete(key);
      return client.sendNotification(DidOpenTextDocumentNotification.type, convert.asOpenTextDocumentParams(document));
    },
    didClose(document, next) {
      return withheld.delete(document.uri.toString()) ? Promise.resolve() : next(document);
    },
  };
}
