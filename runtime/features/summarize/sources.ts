/** What a summary is about: a part of a document, or several documents, as of a folder. */
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { sentence } from '../../core/sentence.ts';
import { documentCharsMax, type SummarizeParams } from '../../protocol.ts';
import { FeatureError } from '../errors.ts';
import { nameOf, sourceOf, type TextRequest } from '../text/request.ts';
import { type ShownDiff, shownDiff } from './diff.ts';

/** As the wire has them (protocol/text.ts). */
export type SummaryPurpose = NonNullable<SummarizeParams['purpose']>;

export interface SummarizeRequest extends TextRequest {
  /** Default: `explanation`. */
  readonly purpose?: SummaryPurpose;
  /** Further documents, with the first one all of a folder. */
  readonly more?: readonly TextDocument[];
}

export interface SummarySource {
  readonly text: string;
  readonly languageId: string;
  /** The number of its first line. */
  readonly firstLine: number;
  /** Its path in what they have in common; absent where there is but one. */
  readonly file?: string;
}

export interface SummarySources {
  /** Of the whole, for people and prompts. */
  readonly name: string;
  readonly sources: readonly SummarySource[];
  /** Documents without anything that could be summarized. */
  readonly leftOut: number;
}

/** A change, file by file; undefined when it is not written as git writes changes. @throws FeatureError when there is none */
export function changeOf({ document }: SummarizeRequest): ShownDiff | undefined {
  const text = document.getText().replaceAll('\r\n', '\n');
  if (text.trim() === '')
    throw new FeatureError(
      'empty',
      sentence('There is nothing to write a message about: the change is empty. Edit or stage something first.'),
    );
  return shownDiff(text);
}

/** @throws FeatureError when there is nothing to summarize, or too much */
export function sourcesOf(request: SummarizeRequest): SummarySources {
  const { document, more = [] } = request;
  if (more.length === 0) {
    const { text, firstLine } = sourceOf(request, 'summarize');
    return { name: nameOf(document), sources: [{ text, firstLine, languageId: document.languageId }], leftOut: 0 };
  }
  const documents = [document, ...more];
  const folder = commonFolder(documents.map(({ uri }) => uri));
  const sources = documents.flatMap((one): SummarySource[] => {
    const text = one.getText().replaceAll('\r\n', '\n');
    if (text.trim() === '' || text.includes('\0')) return [];
    return [{ text, firstLine: 1, languageId: one.languageId, file: decoded(one.uri.slice(folder.length)) }];
  });
  if (sources.length === 0)
    throw new FeatureError(
      'empty',
      sentence('There is nothing to summarize: no file of the folder has text in it. Open another.'),
    );
  const chars = sources.reduce((sum, { text }) => sum + text.length, 0);
  if (chars > documentCharsMax) {
    const million = (chars / 1e6).toFixed(1);
    throw new FeatureError(
      'tooLarge',
      sentence(
        'The files have {0} million characters; at most {1} million are read. Select a smaller folder.',
        million,
        documentCharsMax / 1024 ** 2,
      ),
    );
  }
  const name = decoded(folder.replace(/\/$/, '').split('/').at(-1) ?? folder);
  return { name: name === '' ? 'the folder' : name, sources, leftOut: documents.length - sources.length };
}

/** Up to and with the last slash that all have. */
function commonFolder([first = '', ...others]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  while (folder !== '' && !others.every((uri) => uri.startsWith(folder)))
    folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  return folder;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
