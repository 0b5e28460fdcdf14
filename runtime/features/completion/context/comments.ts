/** How a piece of another file is written where a model knows no files: as comments in the language of the file that is completed. Pure. */

interface CommentMarks {
  readonly open: string;
  /** Behind each line, in languages whose comments do not end with it. */
  readonly close?: string;
}

const slashes: CommentMarks = { open: '//' };
const hash: CommentMarks = { open: '#' };
const dashes: CommentMarks = { open: '--' };
const percent: CommentMarks = { open: '%' };
const semicolon: CommentMarks = { open: ';' };
const starred: CommentMarks = { open: '/*', close: '*/' };
const angled: CommentMarks = { open: '<!--', close: '-->' };

const marksByLanguage: ReadonlyMap<string, CommentMarks> = new Map(
  (
    [
      [
        slashes,
        'c cpp cuda-cpp csharp dart fsharp go groovy java javascript javascriptreact json jsonc kotlin less objective-c objective-cpp php rust scala scss swift typescript typescriptreact zig',
      ],
      [
        hash,
        'cmake coffeescript crystal dockerfile elixir julia makefile nim nix perl perl6 powershell properties python r ruby shellscript terraform toml yaml',
      ],
      [dashes, 'ada elm haskell lua sql vhdl'],
      [percent, 'erlang latex matlab prolog tex'],
      [semicolon, 'asm clojure ini lisp scheme'],
      [starred, 'css'],
      [angled, 'html markdown svelte vue xml xsl'],
    ] as const
  ).flatMap(([marks, ids]) => ids.split(' ').map((id) => [id, marks] as const)),
);

/** Every line a comment, the path in the first one. Of a language that nobody knows here, with `#`. Ends with a line end. */
export function asComments(languageId: string, path: string, text: string): string {
  const { open, close } = marksByLanguage.get(languageId) ?? hash;
  // What would end the comment is taken apart.
  const inside = (line: string): string => (close === undefined ? line : line.replaceAll(close, [...close].join(' ')));
  const lines = [path.replace(/\s+/g, ' '), ...text.replace(/\s+$/, '').split(/\r\n|\r|\n/)];
  return lines.map((line) => `${`${open} ${inside(line)}`.trimEnd()}${close ? ` ${close}` : ''}\n`).join('');
}
