/** A short explanation, as for a hover: of a selection, or of what is declared around a place. */
import { sentence } from '../../core/sentence.ts';
import type { TextResultSaid as TextResult } from '../../protocol.ts';
import { declarationsAround } from '../../syntax/declarations.ts';
import type { SyntaxTree } from '../../syntax/tree.ts';
import { FeatureError } from '../errors.ts';
import { fenced, fillPrompt } from '../prompts/prompt.ts';
import { answerTokensMax, roomChars, shorterChars } from '../text/budget.ts';
import type { TextJob } from '../text/job.ts';
import { readSyntax } from '../text/pieces.ts';
import { nameOf, sourceOf } from '../text/request.ts';

const shortenTries = 3;

/** Of a long class its beginning says what it is for; and whoever hovers waits. */
const codeCharsMax = 8_000;

/** @throws FeatureError, or the signal's reason */
export async function explainAt(job: TextJob): Promise<TextResult> {
  const { document, settings } = job.request;
  const code = await codeAt(job);
  const prompt = await job.prompt('explain');
  const maxTokens = answerTokensMax(prompt, settings, job.model);
  let chars = Math.min(codeCharsMax, roomChars(job.model, maxTokens));
  for (let left = shortenTries; ; left--) {
    const shown = beginningOf(code, chars);
    const text = fillPrompt(prompt, { code: fenced(document.languageId, shown), name: nameOf(document) });
    const result = await job.whole({ prompt, text, maxTokens }, async () => {
      if (shown !== code) job.note(sentence('Only the beginning of it was read.'));
    });
    if (!('code' in result)) return result;
    if (left === 0) throw new FeatureError('taskFailed', result.message);
    chars = shorterChars(shown.length, result);
  }
}

/** @throws FeatureError where nothing stands */
async function codeAt({ request, kit }: TextJob): Promise<string> {
  const { document, range } = request;
  const offset = range === undefined ? 0 : document.offsetAt(range.start);
  if (range !== undefined && document.offsetAt(range.end) > offset) return sourceOf(request, 'explain').text;
  const { text } = sourceOf(
    { ...request, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } },
    'explain',
  );
  // Line ends are shorter now.
  const place = document.getText().slice(0, offset).replaceAll('\r\n', '\n').length;
  const code = await readSyntax(kit.syntax, text, document.languageId, (source) =>
    typeof source === 'string'
      ? paragraphAt(source, place)
      : (declaredAt(source, place) ?? paragraphAt(source.text, place)),
  );
  if (code.trim() === '')
    throw new FeatureError(
      'empty',
      sentence(
        'There is nothing to explain at line {0} of {1}. Put the cursor into some code.',
        (range?.start.line ?? 0) + 1,
        nameOf(document),
      ),
    );
  return code;
}

function declaredAt(tree: SyntaxTree, offset: number): string | undefined {
  const around = declarationsAround(tree, offset).findLast(({ kind }) => kind !== 'import' && kind !== 'statement');
  return around && tree.text.slice(around.range.start, around.range.end);
}

/** The lines around without an empty one. */
function paragraphAt(text: string, offset: number): string {
  const before = text.lastIndexOf('\n\n', Math.max(0, offset - 1));
  const after = text.indexOf('\n\n', offset);
  return text.slice(before === -1 ? 0 : before + 2, after === -1 ? text.length : after).replace(/^\n+/, '');
}

/** Whole lines. */
function beginningOf(code: string, chars: number): string {
  if (code.length <= chars) return code;
  const end = code.lastIndexOf('\n', chars);
  return code.slice(0, end > 0 ? end : chars);
}
