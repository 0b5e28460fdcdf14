/** What can be said of sentences about code without understanding them. Each judge says 0 to 1. Pure. */

/** As one writes of code: in backticks, called, or with capitals or underscores inside. */
const mention = /`([^`\n]+)`|\b([A-Za-z_]\w*)\(\)|\b(\w+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*)\b/g;
const word = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Names of no program. */
const commonNames = new Set(
  'JavaScript TypeScript GitHub JSDoc StackOverflow YouTube undefined null None nil true false True False void string number int boolean bool long double float char map list array object error exception'.split(
    ' ',
  ),
);

/** The share of the names that it mentions that are in the source: 1 where it mentions none. Prose without marks is not looked into. */
export function grounded(text: string, source: string): number {
  const known = new Set(source.match(word) ?? []);
  const names = [...text.matchAll(mention)].flatMap(([, quoted, called, shaped]) => {
    const said = quoted ?? called ?? shaped ?? '';
    return said.match(word) ?? [];
  });
  const judged = [...new Set(names)].filter((name) => !commonNames.has(name));
  const there = judged.filter((name) => known.has(name));
  return judged.length === 0 ? 1 : there.length / judged.length;
}

/** The share that is mentioned: by name, or in its words (`add_line` as "add line", "adds a line" is not seen). */
export function covers(text: string, wanted: readonly string[]): number {
  if (wanted.length === 0) return 1;
  const said = text.toLowerCase();
  const isSaid = (name: string): boolean =>
    [name, wordsOf(name)].some((form) => {
      const escaped = form.toLowerCase().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(said);
    });
  const found = wanted.filter((names) => names.split('|').some(isSaid));
  return found.length / wanted.length;
}

/** `addLine` and `add_line` as `add line`. */
function wordsOf(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
}

export interface Length {
  readonly sentencesMax: number;
  readonly wordsMax: number;
}

/** 1 within both limits; else the share of the limit in what it has. */
export function brief(text: string, { sentencesMax, wordsMax }: Length): number {
  const wordShare = wordsMax / (text.match(/\S+/g)?.length ?? 0);
  return Math.min(1, sentencesMax / sentencesOf(text).length, wordShare);
}

function sentencesOf(text: string): string[] {
  // A dot in a name or a number ends nothing.
  const sentences = text.split(/(?<=[.!?])\s+|\n+/).map((sentence) => sentence.trim());
  return sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

const aboutItself =
  /^(?:sure|certainly|of course|okay|ok|here(?: is|'s| are)|below is|the following is|this (?:summary|answer|response|commit message)|i(?:'m|'ve| am| have| will| can|'ll)|as an ai|let me|commit message:|summary:)\b|\b(?:as an ai|let me know|i hope (?:this|that)|feel free to|in this summary)\b/i;

/** 0 when it speaks of itself or of whoever asked. */
export function direct(text: string): number {
  return aboutItself.test(text.trim()) ? 0 : 1;
}

/** Shorter lines are found in any text. */
const copiedCharsMin = 24;

/** 0 when it holds a fence, or a whole line of the source. */
export function prose(text: string, source: string): number {
  if (/^\s*(?:```|~~~)/m.test(text)) return 0;
  const copied = source.split('\n').map((line) => line.trim());
  return copied.some((line) => line.length >= copiedCharsMin && text.includes(line)) ? 0 : 1;
}

const repeatedCharsMin = 20;

/** `the key of the key of the key`: three words and more, twice without anything between. */
const stammer = /(?<!\S)(\S+(?:\s+\S+){2,7})\s+\1(?![\p{L}\p{N}_])/u;

/** 0 when it was ended for repeating itself, stammers, says a sentence twice, or a line three times in a row. */
export function fresh(text: string, looped: boolean): number {
  const sentences = sentencesOf(text).filter((sentence) => sentence.length >= repeatedCharsMin);
  return looped || new Set(sentences).size < sentences.length || stammer.test(text) || hasRun(text) ? 0 : 1;
}

/** The same line, of more than brackets, three times in a row. */
export function hasRun(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  const filled = lines.filter((line) => /[\p{L}\p{N}]{2}/u.test(line));
  return filled.some((line, index) => line === filled[index + 1] && line === filled[index + 2]);
}

const subjectCharsMax = 72;

/** A first line of at most 72 characters that is no heading, and nothing or an empty line behind it. */
export function subject(text: string): number {
  const [first = '', second = ''] = text.trim().split('\n');
  return first.trim().length <= subjectCharsMax && !/^\s*#/.test(first) && second.trim() === '' ? 1 : 0;
}

/** Words that look like another form and are none. */
const imperatives =
  /^(?:bring|ping|string|embed|feed|need|seed|speed|shed|pass|process|address|focus|discuss|press|bypass|cross|dress|express|guess|miss|suppress|toss|compress)$/i;
const noVerbs =
  /^(?:the|a|an|this|these|that|it|we|i|you|my|our|changes|commit|update[sd]|there|now|some|in|on|for|with)$/i;

/** By the form of the first word, behind a scope such as `fix(core):`; whether it is a verb is not known. */
export function imperative(text: string): number {
  const [first = ''] = text.trim().split('\n', 1);
  const [verb = ''] = /[\p{L}]+/u.exec(first.replace(/^[\w./-]+(?:\([^)]*\))?!?:\s+/, '')) ?? [];
  if (verb === '' || noVerbs.test(verb)) return 0;
  return imperatives.test(verb) || !/(?:ed|ing|s)$/i.test(verb) ? 1 : 0;
}
