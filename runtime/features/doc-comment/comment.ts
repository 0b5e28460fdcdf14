/**
 * The documentation comment of one declaration: what the model says of it, in the convention of its language, as an edit of the document.
 * Whatever the model writes, what is inserted is a comment.
 */
import { sentence } from '../../core/sentence.ts';
import { type TextResultSaid as TextResult, targetLanguages } from '../../protocol.ts';
import { languageOf } from '../../syntax/language.ts';
import { FeatureError } from '../errors.ts';
import { fenced, fillPrompt } from '../prompts/prompt.ts';
import { answerTokensMax, roomChars, shorterChars } from '../text/budget.ts';
import type { TextJob } from '../text/job.ts';
import { readSyntax } from '../text/pieces.ts';
import { nameOf } from '../text/request.ts';
import { docLines } from './format.ts';
import { type DocPlace, docEdit, docPlaceAt } from './place.ts';

const shortenTries = 3;

/** Of what stands at the start of the range of the request. @throws FeatureError, or the signal's reason */
export async function documentAt(job: TextJob): Promise<TextResult> {
  const { document, range, settings } = job.request;
  const language = languageOf(document.languageId);
  if (language === undefined)
    throw new FeatureError(
      'empty',
      sentence('Documentation comments of {0} are not known. Open a file in another language.', document.languageId),
    );
  const text = document.getText();
  const offset = range === undefined ? 0 : document.offsetAt(range.start);
  const place = await readSyntax(job.kit.syntax, text, document.languageId, (tree) =>
    typeof tree === 'string' ? undefined : docPlaceAt(tree, offset),
  );
  if (place === undefined)
    throw new FeatureError(
      'empty',
      sentence(
        'There is nothing to document at line {0} of {1}. Select a function or a class.',
        (range?.start.line ?? 0) + 1,
        nameOf(document),
      ),
    );
  const prompt = await job.prompt('doc-comment');
  const maxTokens = answerTokensMax(prompt, settings, job.model);
  const languageName = language === 'tsx' ? 'TypeScript' : targetLanguages[language];
  const name = language === 'go' ? (place.name ?? '') : '';
  let chars = roomChars(job.model, maxTokens);
  for (let left = shortenTries; ; left--) {
    const { code, isWhole } = readable(place, chars);
    const filled = fillPrompt(prompt, { language: languageName, name, code: fenced(document.languageId, code) });
    const result = await job.whole({ prompt, text: filled, maxTokens }, undefined, (answer) => {
      const lines = docLines(language, { name: place.name, text: answer, indent: place.indent });
      if (lines.length === 0)
        throw new FeatureError(
          'taskFailed',
          sentence('The model wrote nothing that could be a comment. Run it again, or choose another model.'),
        );
      if (!isWhole) job.note(sentence('Only the beginning of it was read, as the rest did not fit into the prompt.'));
      return `${lines.map((line) => line.slice(place.indent.length)).join('\n')}\n`;
    });
    if ('code' in result) {
      if (left === 0) throw new FeatureError('taskFailed', result.message);
      chars = shorterChars(code.length, result);
      continue;
    }
    const lines = result.text
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : place.indent + line));
    const at = { start: document.positionAt(place.range.start), end: document.positionAt(place.range.end) };
    return { ...result, edit: { range: at, newText: docEdit(place, lines) } };
  }
}

/** Whole lines from the beginning. */
function readable({ code }: DocPlace, chars: number): { code: string; isWhole: boolean } {
  if (code.length <= chars) return { code, isWhole: true };
  const end = code.lastIndexOf('\n', chars);
  return { code: code.slice(0, end > 0 ? end : chars), isWhole: false };
}
