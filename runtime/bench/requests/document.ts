/** The recorded file as an editor shows it. */
import { TextDocument } from 'vscode-languageserver-textdocument';

const language = 'rust';

export function documentOf(name: string, text: string): TextDocument {
  return TextDocument.create(`file:///bench/${encodeURIComponent(name)}.rs`, language, 0, text);
}
