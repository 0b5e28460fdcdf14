/** What does not belong to the answer at all: line ends of another system, half characters, markers. */
import type { Filter } from './filter.ts';

/** Line ends become `\n`, which the editor turns into those of the file. What follows a character that is none is noise. */
export const encoding: Filter = (text, { place }) => {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll('\ufeff', '');
  const broken = lines.search(/[\0\ufffd]/);
  const isTheirs = broken !== -1 && place.before.slice(-nearChars).includes(lines.charAt(broken));
  const whole = broken === -1 || isTheirs ? lines : lines.slice(0, broken);
  // Half of a surrogate pair at the end: the other half was never written.
  return whole.replace(/[\ud800-\udbff]$/, '');
};

const nearChars = 4_000;

/**
 * Markers of the known families, as they leak when a model file does not declare them: ChatML and Qwen, StarCoder, Granite, CodeLlama,
 * DeepSeek, Codestral, Gemma.
 */
const marker = new RegExp(
  [
    /<\|[a-z][a-z0-9_]*\|>/,
    /<[|\uff5c][a-z]+(?:[_\u2581][a-z]+)*[|\uff5c]>/,
    /<fim[_-](?:prefix|middle|suffix|pad)>/,
    /<(?:file_sep|reponame|repo_name|gh_stars|issue_start|jupyter_[a-z_]+|commit_(?:before|msg|after)|end_of_turn|start_of_turn|endoftext)>/,
    / ?<(?:PRE|SUF|MID|EOT)>/,
    /\[(?:PREFIX|MIDDLE|SUFFIX|\/?INST)\]/,
    /<\/s>/,
    // The token limit may cut a marker, too.
    /<[|\uff5c](?:fim|im|end|file|repo|start|eot)[a-z_\u2581]*$/,
    /<fim_[a-z]*$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** A marker is never code, nor is what follows it; unless the file itself speaks of it, or it stands in quotes of its own. */
export const specialTokens: Filter = (text, { place, lexis }) => {
  const near = place.before.slice(-nearChars) + place.after.slice(0, nearChars);
  for (const { 0: found, index } of text.matchAll(marker)) {
    const before = text.charAt(index - 1);
    const isQuoted = /["'`]/.test(before) && text.charAt(index + found.length) === before;
    const isMarkup = found === '</s>' && (lexis.isProse || /html|xml|react|vue|svelte/.test(place.languageId));
    if (!isQuoted && !isMarkup && !near.includes(found.trim())) return text.slice(0, index);
  }
  return text;
};
