/** Numbers and names as people read them in the status bar, tooltips and messages. */

/** `850 ms`, `3.1 s`, `20 s`, `2.5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${shortNumber(ms / 1000)} s`;
  return `${shortNumber(ms / 60_000)} min`;
}

/** A whole percentage that says 100 % only when nothing was late, and 0 % only when everything was. */
export function formatShare(part: number, whole: number): string {
  const percent = Math.round((100 * part) / whole);
  if (percent === 100 && part < whole) return '99%';
  if (percent === 0 && part > 0) return '1%';
  return `${percent}%`;
}

/** `12 MB`, `1.6 GB`; decimal units, as shops and download pages count. */
export function formatBytes(bytes: number): string {
  return bytes < 999_500_000 ? `${Math.ceil(bytes / 1e6)} MB` : `${shortNumber(bytes / 1e9)} GB`;
}

/** Text that came from elsewhere (a model's name, an error), made safe inside a Markdown table cell. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&').replace(/\s+/g, ' ');
}

function shortNumber(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));
}
