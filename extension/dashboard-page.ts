/** The document of the dashboard's webview. Everything in it comes from the extension's own folder, and only the one script runs. */

export interface PageParts {
  /** What VS Code lets the webview load from. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Random for each document. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

export function dashboardPage({ cspSource, script, style, nonce, language, title }: PageParts): string {
  // The page talks to nobody but the extension, so nothing else is let through: no connections, frames, forms, fonts or pictures.
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escaped(style)}">
<title>${escaped(title)}</title>
</head>
<body>
<main id="page"></main>
<script nonce="${nonce}" src="${escaped(script)}"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? letter);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
