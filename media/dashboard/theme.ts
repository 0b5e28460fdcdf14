/** The colours of VS Code's theme for what is drawn, read again when the theme changes. */

export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly focus: string;
  readonly kept: string;
  readonly broken: string;
  readonly gone: string;
  readonly running: string;
  readonly prefill: string;
  readonly decode: string;
  readonly font: string;
  /** Lines of a chart, in turn. */
  readonly lines: readonly string[];
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const color = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return value;
    }
    return style.color;
  };
  const foreground = color('editor-foreground', 'foreground');
  const [blue, yellow, purple] = [color('charts-blue'), color('charts-yellow'), color('charts-purple')];
  return {
    ...{ foreground, muted: color('descriptionForeground', 'foreground') },
    background: color('editor-background'),
    grid: color('editorIndentGuide-background1', 'panel-border', 'contrastBorder'),
    focus: color('contrastActiveBorder', 'focusBorder'),
    ...{ kept: color('charts-green'), broken: color('charts-red'), gone: color('descriptionForeground') },
    ...{ running: blue, prefill: yellow, decode: purple },
    font: `11px ${style.getPropertyValue('--vscode-font-family') || 'sans-serif'}`,
    lines: [blue, yellow, purple, color('charts-green'), color('charts-orange'), color('charts-red')],
  };
}

export function onThemeChange(changed: () => void): void {
  new MutationObserver(changed).observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
