/** Keeps documents that would not fit into a message (documents.ts) from the wire. */
import {
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type LanguageClient,
  type Middleware,
} from 'vscode-languageclient/node';
import { isTooLarge } from './documents.ts';

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
