/**
 * Summaries of a selection, a file, a folder or a diff. What fits into one prompt is one question. The rest is summarised in stages: parts
 * cut on the borders of its syntax, side by side, and then what they say. Nothing is left out unsaid.
 */
import { sentence } from '../../core/sentence.ts';
import type { TextResultSaid as TextResult } from '../../protocol.ts';
import { documentAt } from '../doc-comment/comment.ts';
import { fenced, fillPrompt } from '../prompts/prompt.ts';
import type { PromptTask } from '../prompts/tasks.ts';
import { answerTokensMax, roomChars, shorterChars } from '../text/budget.ts';
import { TextJob, type TextKit } from '../text/job.ts';
import { piecesOf, readSyntax, refuseLongLines } from '../text/pieces.ts';
import { nameOf, type TextListener } from '../text/request.ts';
import { type DiffFile, packed } from './diff.ts';
import { explainAt } from './explain.ts';
import { InStages, type SummaryPiece } from './in-stages.ts';
import { changeOf, type SummarizeRequest, type SummaryPurpose, type SummarySource, sourcesOf } from './sources.ts';

/** A part is no longer than this, so that parts run side by side and their answers stay true to the text. */
const partCharsMax = 12_000;

/** Of the prompt of a part, beside its code. */
const partFrameChars = 400;

/** Prompts for all of it at once, for a part, and for what the parts say. */
type Prompts = Readonly<Record<'whole' | 'part' | 'merge', PromptTask>>;

const prompts: Readonly<Record<Exclude<SummaryPurpose, 'docComment' | 'hover'>, Prompts>> = {
  explanation: { whole: 'summarize', part: 'summarize-part', merge: 'summarize-merge' },
  commitMessage: { whole: 'commit-message', part: 'commit-part', merge: 'commit-message' },
};

/** What is summarized: as one text, and in pieces for as long as that is too much. */
interface Subject {
  readonly name: string;
  readonly code: string;
  readonly chars: number;
  readonly pieces: (chars: number) => Promise<SummaryPiece[]>;
}

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
    if (purpose === 'hover') return explainAt(job);
    const names = prompts[purpose];
    const prompt = await job.prompt(names.whole);
    const maxTokens = answerTokensMax(prompt, request.settings, job.model);
    let chars = roomChars(job.model, maxTokens);
    const subject = this.#change(job, request) ?? this.#sources(job, request, chars);
    const { name, code } = subject;
    if (subject.chars <= chars) {
      const result = await job.whole({ prompt, text: fillPrompt(prompt, { code, change: code, name }), maxTokens });
      if (!('code' in result)) return result;
      chars = shorterChars(subject.chars, result);
    }
    const merge = await job.prompt(names.merge);
    const part = await job.prompt(names.part);
    const pieces = await subject.pieces(Math.max(1, Math.min(chars - partFrameChars, partCharsMax)));
    const mayStayApart = purpose === 'explanation';
    return new InStages({ job, prompts: { part, merge }, name, pieces, mayStayApart, maxTokens }).run();
  }

  /** Undefined: it is none, or not as git writes them. */
  #change(job: TextJob, request: SummarizeRequest): Subject | undefined {
    const change = request.purpose === 'commitMessage' ? changeOf(request) : undefined;
    if (change === undefined) return undefined;
    for (const note of change.notes) job.note(note);
    const text = change.files.map((file) => file.text).join('\n');
    return {
      ...{ name: nameOf(request.document), code: fenced('diff', text), chars: text.length },
      pieces: async (chars) => diffPieces(change.files, chars),
    };
  }

  #sources(job: TextJob, request: SummarizeRequest, chars: number): Subject {
    const { name, sources, leftOut } = sourcesOf(request);
    if (leftOut > 0)
      job.note(
        leftOut === 1
          ? sentence('1 file was left out: empty, or not text.')
          : sentence('{0} files were left out: empty, or not text.', leftOut),
      );
    for (const source of sources) refuseLongLines(source, chars);
    return {
      ...{ name, code: sources.map(codeOf).join('\n\n') },
      chars: sources.reduce((sum, { text }) => sum + text.length, 0),
      pieces: (charsMax) => this.#pieces(sources, charsMax),
    };
  }

  async #pieces(sources: readonly SummarySource[], chars: number): Promise<SummaryPiece[]> {
    const pieces: SummaryPiece[] = [];
    for (const { text, languageId, firstLine, file } of sources) {
      const own = await readSyntax(this.#kit.syntax, text, languageId, (tree) => piecesOf(tree, chars, firstLine));
      const named = { languageId, ...(file !== undefined && { files: [file] }) };
      pieces.push(...own.filter((piece) => piece.text.trim() !== '').map((piece) => ({ ...piece, ...named })));
    }
    return pieces;
  }
}

/** Small files together, so that there are few calls. */
function diffPieces(files: readonly DiffFile[], chars: number): SummaryPiece[] {
  return packed(files, chars).flatMap((pack) => {
    const named = { languageId: 'diff', files: pack.map(({ path }) => path) };
    return piecesOf(pack.map(({ text }) => text).join('\n'), chars).map((piece) => ({ ...piece, ...named }));
  });
}

function codeOf({ text, languageId, file }: SummarySource): string {
  return file === undefined ? fenced(languageId, text) : `${file}:\n${fenced(languageId, text)}`;
}
