/**
 * The two arms of the completion eval, on one model in one engine process: a plain infill call with fixed windows, and the product's
 * completion feature. Both greedy.
 */
import path from 'node:path';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Vocabulary } from '../bench/vocabulary.ts';
import type { CompletionContext } from '../features/completion/context/index.ts';
import { AnswerEnds } from '../features/completion/extent.ts';
import { CompletionFeature } from '../features/completion/index.ts';
import type { ChosenModel, Models, TaskSpec } from '../features/tasks.ts';
import type { Loop } from '../loop.ts';
import {
  clientSettingsSchema,
  type InlineCompletionResultSaid as InlineCompletionResult,
  machineDefaults,
} from '../protocol.ts';
import { Syntax } from '../syntax/index.ts';
import type { CompletionCase } from './cases.ts';
import { openLoop } from './loop.ts';
import { cutToKind } from './score.ts';

export const rawWindow = { prefixTokens: 1_024, suffixTokens: 256, answerTokens: 48 } as const;

const contextTokens = 2_048;

/** Its id in the loop, and its name. */
const model = 'eval';

/** A machine that is slow today must not shorten a prompt: the same cases give the same answers. */
const targetMs = 60_000;

export interface ArmsOptions {
  /** Absolute path of a GGUF file. */
  readonly model: string;
  /** The embedded demonstration model, which the feature gives no context. */
  readonly demo: boolean;
  /** Compute threads; 0 leaves it to the engine. */
  readonly threads: number;
  /** Absolute path of the built engine program. */
  readonly engineProgram: string;
  readonly log: (line: string) => void;
}

export class Arms {
  readonly #loop: Loop;
  readonly #vocabulary: Vocabulary;
  readonly #chosen: ChosenModel;
  readonly #ends: AnswerEnds;

  private constructor(loop: Loop, vocabulary: Vocabulary, chosen: ChosenModel, grammars: string) {
    this.#loop = loop;
    this.#vocabulary = vocabulary;
    this.#chosen = chosen;
    // On a clock that stands still no parser is too slow: the same cases give the same answers.
    const stillMs = (): number => 0;
    this.#ends = new AnswerEnds(new Syntax(grammars, stillMs), stillMs);
  }

  /** Resolves when the model has answered once. @throws when it cannot be loaded, or not be asked for what stands between two texts. */
  static async open(options: ArmsOptions): Promise<Arms> {
    const loop = openLoop({ ...options, contextTokens });
    try {
      // The engine looks at the file first and says in a sentence what is wrong with it; the library would try again and again.
      await answer(loop, 'const value =', '', 1, []);
      const vocabulary = await Vocabulary.open(options.model);
      const chosen: ChosenModel = { id: model, name: model, demo: options.demo, chosen: true, contextTokens };
      return new Arms(loop, vocabulary, chosen, path.join(path.dirname(options.engineProgram), 'grammars'));
    } catch (error) {
      await loop.close();
      throw error;
    }
  }

  /** The prompt of {@link raw}. */
  windowOf({ before, after }: Pick<CompletionCase, 'before' | 'after'>): ReturnType<Vocabulary['window']> {
    return this.#vocabulary.window(before, after, rawWindow.prefixTokens, rawWindow.suffixTokens);
  }

  /** What the model says to a plain infill call, cut at the first line end where a single line is asked for. @throws when it fails. */
  async raw(one: CompletionCase): Promise<string> {
    const { prefix, suffix } = this.windowOf(one);
    const stop = one.kind === 'single' ? ['\n'] : [];
    return cutToKind(await answer(this.#loop, prefix, suffix, rawWindow.answerTokens, stop), one.kind);
  }

  /**
   * What the editor would show, as text at the cursor; empty for nothing. @throws when the model fails.
   * @param context what other files say; without it, nothing.
   */
  async punctual(one: CompletionCase, context?: CompletionContext): Promise<string> {
    const { before } = one;
    const document = documentOf(one);
    // One for each case: nothing that was learned in another case of the same file helps.
    const feature = new CompletionFeature(this.#loop, this.#models(), [], { ends: this.#ends });
    const result = await feature.complete(
      {
        document,
        position: document.positionAt(before.length),
        invoked: false,
        settings: { ...clientSettingsSchema.parse({ completion: { targetMs } }), ...machineDefaults },
        client: one.id,
        receivedMs: this.#loop.now(),
        context,
      },
      new AbortController().signal,
    );
    const { reason, message } = result.punctual;
    if (reason === 'failed' || reason === 'rejected') throw new Error(`${one.id}: ${message ?? reason}`);
    return insertedText(result, document, before.length);
  }

  async close(): Promise<void> {
    await this.#loop.close();
    await this.#vocabulary.close();
  }

  #models(): Models {
    const chosen = this.#chosen;
    return { choose: () => chosen, describe: () => chosen };
  }
}

/** The file that a case was cut from, as an editor has it open. */
export function documentOf({ before, after, language, path: name }: CompletionCase): TextDocument {
  return TextDocument.create(uriOf(name), language, 1, before + after);
}

/** @param name a path in the package. */
export function uriOf(name: string): string {
  return `file:///eval/${encodeURI(name)}`;
}

async function answer(
  loop: Loop,
  prefix: string,
  suffix: string,
  maxTokens: number,
  stop: readonly string[],
): Promise<string> {
  const spec: TaskSpec = {
    class: 'completion',
    sla: { kind: 'ttft', targetMs },
    arrivalMs: loop.now(),
    model,
    prompt: { kind: 'infill', prefix, suffix },
    limits: { maxTokens, stop },
  };
  const { outcome, text } = await loop.submit(spec).done;
  if (outcome.kind === 'finished') return text;
  throw new Error(outcome.kind === 'failed' ? String(outcome.error.message) : 'The task was cancelled.');
}

/** What appears at the cursor: an item may also replace text around it that stays as it is. */
export function insertedText(result: InlineCompletionResult, document: TextDocument, cursor: number): string {
  const [item] = result.items;
  if (item === undefined) return '';
  const { insertText, range } = item;
  if (range === undefined) return insertText;
  const text = document.getText();
  const kept = text.slice(document.offsetAt(range.start), cursor);
  const behind = text.slice(cursor, document.offsetAt(range.end));
  const start = insertText.startsWith(kept) ? kept.length : 0;
  const end = behind !== '' && insertText.endsWith(behind) ? insertText.length - behind.length : insertText.length;
  return insertText.slice(start, Math.max(start, end));
}
