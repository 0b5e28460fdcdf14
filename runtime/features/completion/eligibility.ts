/** Whether completion answers by itself in a document, and if not, why. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { sentence, type Words } from '../../core/sentence.ts';
import {
  type ClientSettings,
  type CompletionReason,
  documentCharsMax,
  type EligibilityResultSaid as EligibilityResult,
} from '../../protocol.ts';
import { isTaskError, type Models } from '../tasks.ts';

export class Eligibility {
  readonly #models: Models;
  readonly #sampleFolders: readonly string[];

  /** In `sampleFolders` (absolute paths) the demonstration model completes by itself. */
  constructor(models: Models, sampleFolders: readonly string[]) {
    this.#models = models;
    this.#sampleFolders = sampleFolders;
  }

  /**
   * 1. Not with a model that cannot be had.
   * 2. Not in a document that is too large or not text.
   * 3. Not with the demonstration model in a user's own file, unless the user has chosen it: it is too weak to interrupt with.
   */
  of(document: TextDocument, settings: ClientSettings): EligibilityResult {
    const model = this.#models.choose('completion', settings);
    if (isTaskError(model)) return { automatic: false, reason: 'modelUnavailable', message: model.message };
    const unreadable = whyUnreadable(document);
    if (unreadable) return { automatic: false, ...unreadable };
    if (model.demo && !model.chosen && !this.#isSample(document.uri)) {
      const message = sentence(
        'Only the demonstration model is installed: it completes by itself in the sample folder, elsewhere when you ask for it or choose it.',
      );
      return { automatic: false, reason: 'demoModel', message };
    }
    return { automatic: true, reason: 'answered', message: sentence('{0} completes here.', model.name) };
  }

  #isSample(uri: string): boolean {
    let file: string;
    try {
      file = fileURLToPath(uri);
    } catch {
      return false; // What is no file, or one of another machine, has no path here.
    }
    return this.#sampleFolders.some(
      (folder) => !path.relative(folder, file).startsWith('..') && !path.isAbsolute(path.relative(folder, file)),
    );
  }
}

function whyUnreadable(document: TextDocument): { reason: CompletionReason; message: Words } | undefined {
  const text = document.getText();
  if (text.length > documentCharsMax) {
    return {
      reason: 'documentTooLarge',
      message: sentence(
        'The document has {0} characters; completion reads at most {1}.',
        text.length,
        documentCharsMax,
      ),
    };
  }
  if (text.includes('\0'))
    return { reason: 'documentBinary', message: sentence('The document contains null bytes, so it is not text.') };
  return undefined;
}
