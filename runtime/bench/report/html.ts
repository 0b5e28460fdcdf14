/** Markup that is safe by its type: text becomes {@link Html} only through `html`, which escapes what is put in. Pure. */

export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = Html | string | number | readonly Html[] | undefined;

/** The template's own text is markup; strings and numbers put in are text, also within quoted attributes; undefined is nothing. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(template.reduce((all, text, index) => all + markupOf(parts[index - 1]) + text));
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.markup;
  return typeof part === 'object' ? part.map(({ markup }) => markup).join('') : escapeText(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also without the control characters that HTML and XML do not allow. */
export function escapeText(text: string): string {
  return text
    .replace(/\p{Cc}/gu, (control) => (control === '\n' || control === '\t' ? control : ' '))
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
