/**
 * What the sources say to people: in the extension the texts that go through `l10n.t`, and those that do not; in the runtime those that go
 * through `sentence`. Read from the source, as one tool for all.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** A string or a template as it stands in the source. */
interface Literal {
  readonly file: string;
  readonly text: string;
  /** What stands before it, without line breaks and with single blanks. */
  readonly before: string;
  readonly isTemplate: boolean;
}

const folder = new URL('../../extension/', import.meta.url);
const runtimeFolder = new URL('../../runtime/', import.meta.url);

/** Comments first, then templates and strings, so that none is found in another. */
const tokens =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|`(?:[^`\\]|\\[\s\S])*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<=[(,=:?|&]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

export function literals(): Literal[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((file) => literalsIn(file, readFileSync(new URL(file, folder), 'utf8')));
}

export function literalsIn(file: string, source: string): Literal[] {
  return [...source.matchAll(tokens)].flatMap(({ 0: token, index }) => {
    if (token.startsWith('/')) return [];
    const isTemplate = token.startsWith('`');
    const before = source.slice(Math.max(0, index - 120), index).replace(/\s+/g, ' ');
    const literal = { file, text: unescaped(token.slice(1, -1)), before, isTemplate };
    // What stands in the holes of a template is code again.
    const holes = isTemplate ? [...token.matchAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g)] : [];
    return [literal, ...holes.flatMap(([, code = '']) => literalsIn(file, code))];
  });
}

const isTranslated = ({ before }: Literal): boolean => /\bl10n\.t\( ?$/.test(before);

const isSentence = ({ before }: Literal): boolean => /\bsentence\( ?$/.test(before);

/** Sources of the runtime, by their path in it. */
export function runtimeSources(): { readonly file: string; readonly source: string }[] {
  return readdirSync(runtimeFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((file) => ({ file, source: readFileSync(new URL(file, runtimeFolder), 'utf8') }))
    .filter(({ source }) => /\bimport \{[^}]*\bsentence\b[^}]*\} from '[^']*\/sentence\.ts'/.test(source));
}

/** Keys of the bundle: English texts, each once. */
export function translatedTexts(): string[] {
  const sentences = runtimeSources().flatMap(({ file, source }) => literalsIn(file, source).filter(isSentence));
  const texts = [...literals().filter(isTranslated), ...sentences];
  return [...new Set(texts.map(({ text }) => text))].sort();
}

/** For the log, for developers, or no text at all. */
const unseen = [
  /\blog\.(?:trace|debug|info|warn|error)\( ?$/,
  /\bnew Error\( ?$/,
  /\bconsole\.\w+\( ?$/,
  /\bfrom $/,
  /^import $/,
  /\bcommand = ?$/,
  /\bstopRuntime\( ?$/,
];

/** What nobody sees in the editor, by its file and how it begins. */
const unseenTexts = [
  // In the form of Git, for the model.
  'change-text.ts: ',
  'commit-message.ts: /changes of ',
  // For the log.
  'completion.ts: , ',
  'language-client.ts: The language client has stopped.',
  // Of errors that are swallowed: nothing is known then, and nothing is said.
  'explain.ts: the definition',
  'ignored.ts: the ',
  // The page itself, without its texts.
  'dashboard-page.ts: <!DOCTYPE html>',
  // A report for others, as the runtime writes it.
  'diagnose-facts.ts: # Punctual: diagnosis',
  'diagnose-facts.ts: another machine',
  // Names of languages, and of a class.
  'generate-text.ts: cmake coffeescript ',
  'messages.ts: UserError',
];

/** Where VS Code shows what stands there, be it one word only. */
const shown =
  /(?:\b(?:title|label|detail|description|prompt|placeHolder|placeholder|tooltip|openLabel|contentText|footer|name|sentence|message|question)(?::| =) ?|\bUserError\( ?|\bshow(?:Information|Warning|Error)Message\( ?|\bsetStatusBarMessage\( ?)$/;

/** Two words of which the second is small: so people write, and code does not. */
const prose = /[A-Za-z]{2,}[,.:;]? [a-z]{2,}/;

export function untranslatedTexts(): string[] {
  return literals()
    .filter((literal) => !isTranslated(literal) && !unseen.some((place) => place.test(literal.before)))
    .filter(({ text, before, isTemplate }) => {
      const words = isTemplate ? text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, ' ') : text;
      return (
        prose.test(words) || (shown.test(before) && /(?:^|[^$(\w.-])[A-Z][a-z]+/.test(words) && words !== 'Punctual')
      );
    })
    .map(({ file, text }) => `${file}: ${text}`)
    .filter((found) => !unseenTexts.some((start) => found.startsWith(start)));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
