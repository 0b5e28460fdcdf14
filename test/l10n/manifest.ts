/** package.json as VS Code shows it in one language: texts stand in package.nls.json, and in package.nls.LANGUAGE.json beside it. */
import { readFileSync } from 'node:fs';

export type Texts = Readonly<Record<string, string>>;

/** Of a file at the root of the repository. */
export function jsonAt(file: string) {
  return JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
}

export function manifestIn(language: 'en' | 'zh-cn') {
  const english: Texts = jsonAt('package.nls.json');
  const texts: Texts = language === 'en' ? english : { ...english, ...jsonAt(`package.nls.${language}.json`) };
  return localized(jsonAt('package.json'), texts);
}

// What `JSON.parse` gives is of any shape, and so is this.
function localized(value: ReturnType<typeof JSON.parse>, texts: Texts): ReturnType<typeof JSON.parse> {
  if (typeof value === 'string') {
    const key = /^%(.+)%$/.exec(value)?.[1];
    return key === undefined ? value : (texts[key] ?? value);
  }
  if (Array.isArray(value)) return value.map((each) => localized(each, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, localized(each, texts)]));
}
