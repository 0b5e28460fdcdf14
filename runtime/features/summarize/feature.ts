/**
 * Summaries of a selection, a file, a folder or a diff. What fits into one prompt is one question. The rest is summarised in stages: parts
 * cut on the borders of its syntax, side by side, and then what they say. Nothing is left out unsaid.
 */
import type { TextResult } from '../../protocol.ts';
import { documentAt } from '../doc-comment/comment.ts';
import { fenced, fillPrompt } from '../prompts/prompt.ts';
import type { PromptTask } from '../prompts/tasks.ts';
import { answerTokensMax, roomChars, shorterChars } from '../text/budget.ts';
import { TextJob, type TextKit } from '../text/job.ts';
import { piecesOf, readSyntax, refuseLongLines } from '../text/pieces.ts';
import type { TextListener } from '../text/request.ts';
import { InStages, type SummaryPiece } from './in-stages.ts';
import { type SummarizeRequest, type SummaryPurpose, type SummarySource, sourcesOf } from './sources.ts';

/** A part is no longer than this, so that parts run side by side and their answers stay true to the text. */
const partCharsMax = 12_000;

/** Of the prompt of a part, beside its code. */
const partFrameChars = 400;

const prompts: Readonly<Record<Exclude<SummaryPurpose, 'docComment'>, { whole: PromptTask; merge: PromptTask }>> = {
  explanation: { whole: 'summarize', merge: 'summarize-merge' },
  commitMessage: { whole: 'commit-message', merge: 'commit-message' },
};

export class SummarizeFeature {
  readonly #kit: TextKit;

  constructor(kit: TextKit) {
    this.#kit = kit;
  }

  /** @throws FeatureError with a sentence for the person who asked; an abort rejects with the signal's reason. */
  async run(request: SummarizeRequest, listener: TextListener, signal: AbortSignal): Promise<TextResult> {
    const job = new TextJob(this.#kit, 'summarize', request, listener, signal);
    const { purpose = 'explanation' } = request;
    if (purpose === 'docComment') return documentAt(job);
    const { name, sources, leftOut } = sourcesOf(request);
    if (leftOut > 0) job.note(`${leftOut} ${leftOut === 1 ? 'file was' : 'files were'} left out: empty, or not text.`);
    const prompt = await job.prompt(prompts[purpose].whole);
    const maxTokens = answerTokensMax(prompt, request.settings, job.model);
    let chars = roomChars(job.model, maxTokens);
    for (const source of sources) refuseLongLines(source, chars);
    const length = sources.reduce((sum, { text }) => sum + text.length, 0);
    if (length <= chars) {
      const code = sources.map(codeOf).join('\n\n');
      const result = await job.whole({ prompt, text: fillPrompt(prompt, { code, change: code, name }), maxTokens });
      if (!('code' in result)) return result;
      chars = shorterChars(length, result);
    }
    const merge = await job.prompt(prompts[purpose].merge);
    const part = await job.prompt('summarize-part');
    const pieces = await this.#pieces(sources, Math.max(1, Math.min(chars - partFrameChars, partCharsMax)));
    const mayStayApart = purpose === 'explanation';
    return new InStages({ job, prompts: { part, merge }, name, pieces, mayStayApart, maxTokens }).run();
  }

  async #pieces(sources: readonly SummarySource[], chars: number): Promise<SummaryPiece[]> {
    const pieces: SummaryPiece[] = [];
    for (const { text, languageId, firstLine, file } of sources) {
      const own = await readSyntax(this.#kit.syntax, text, languageId, (tree) => piecesOf(tree, chars, firstLine));
      const named = { languageId, ...(file !== undefined && { file }) };
      pieces.push(...own.filter((piece) => piece.text.trim() !== '').map((piece) => ({ ...piece, ...named })));
    }
    return pieces;
  }
}

function codeOf({ text, languageId, file }: SummarySource): string {
  return file === undefined ? fenced(languageId, text) : `${file}:\n${fenced(languageId, text)}`;
}
