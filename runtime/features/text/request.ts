/** What is asked of a text, who listens to the answer, and the text itself: read once, and refused in a sentence where it is none. */
import type { Range, TextDocument } from 'vscode-languageserver-textdocument';
import { sentence, type Words } from '../../core/sentence.ts';
import { type ClientSettings, documentCharsMax, type TargetLanguage } from '../../protocol.ts';
import type { TextOffer } from '../consent.ts';
import { FeatureError } from '../errors.ts';

export interface TextRequest {
  readonly document: TextDocument;
  /** Absent or empty: the whole document. */
  readonly range?: Range;
  readonly targetMs?: number;
  readonly settings: ClientSettings;
  /** When the request arrived, from `Tasks.now()`. */
  readonly receivedMs: number;
  /** A folder that the user trusts, as an absolute path: its own prompts count. */
  readonly workspace?: string;
}

export interface TranslateRequest extends TextRequest {
  readonly to: TargetLanguage;
}

/** What the asker hears before the result. */
export interface TextListener {
  /** Each piece of the answer, in order. */
  readonly onText: (text: string) => void;
  /** What came so far is void: the answer begins anew. An asker who does not listen to this gets what he has got. */
  readonly onRestart?: () => void;
  /** One sentence, when the answer comes later than promised or from another model than the one that was chosen; each comes once. */
  readonly onNote: (words: Words) => void;
  /** Of an answer in several calls: how far it is, whenever that changes. */
  readonly onStage?: (stage: TextStage) => void;
  /** With the setting `ask`: whether another model is to answer. Without it nobody is asked, and the answer is waited for. */
  readonly onOffer?: (offer: TextOffer) => void;
}

/** Calls that have ended, of all. */
export interface TextStage {
  readonly done: number;
  readonly of: number;
}

/** What is asked about, with line ends as models know them. */
export interface Source {
  readonly text: string;
  /** In the document, from 1. */
  readonly firstLine: number;
  readonly isWhole: boolean;
}

/** `verb` is for messages: "There is nothing to …". @throws FeatureError */
export function sourceOf({ document, range }: TextRequest, verb: 'summarize' | 'translate' | 'explain'): Source {
  const isWhole = range === undefined || document.offsetAt(range.start) === document.offsetAt(range.end);
  const text = document.getText(isWhole ? undefined : range).replaceAll('\r\n', '\n');
  const what = isWhole ? sentence('file') : sentence('selection');
  if (text.trim() === '')
    throw new FeatureError(
      'empty',
      sentence('There is nothing to {0}: the {1} is empty. Open a file with some code in it.', verb, what),
    );
  if (text.length > documentCharsMax) {
    const million = (text.length / 1e6).toFixed(1);
    throw new FeatureError(
      'tooLarge',
      sentence(
        'The {0} has {1} million characters; at most {2} million are read. Select a part of it.',
        what,
        million,
        documentCharsMax / 1024 ** 2,
      ),
    );
  }
  if (text.includes('\0'))
    throw new FeatureError(
      'binary',
      sentence('The {0} contains null bytes, so it is not text. Open a source file.', what),
    );
  return { text, firstLine: isWhole ? 1 : range.start.line + 1, isWhole };
}

/** The last part of the document's path, for prompts and titles. */
export function nameOf({ uri }: TextDocument): string {
  const last = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last) || uri;
  } catch {
    return last || uri;
  }
}
