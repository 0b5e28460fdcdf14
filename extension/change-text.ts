/** A change in words, and files that Git does not know yet in the form in which Git writes changes. Pure, without vscode. */
import { l10n } from './l10n.ts';

/** `3 staged files`, or `all 2 changed files, as nothing is staged`. */
export function changeWords(count: number, isStaged: boolean): string {
  if (isStaged) return count === 1 ? l10n.t('1 staged file') : l10n.t('{0} staged files', count);
  return count === 1
    ? l10n.t('the one changed file, as nothing is staged')
    : l10n.t('all {0} changed files, as nothing is staged', count);
}

/** A file that is new, as `git diff` would write it once it is added. @param path in the repository, with slashes. */
export function newFileDiff(path: string, bytes: Uint8Array): string {
  const head = `diff --git a/${path} b/${path}\nnew file mode 100644\n`;
  if (bytes.includes(0)) return `${head}Binary files /dev/null and b/${path} differ\n`;
  const text = new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
  if (text === '') return head;
  const lines = text.split('\n');
  const isEnded = lines.at(-1) === '';
  if (isEnded) lines.pop();
  const body = lines.map((line) => `+${line}\n`).join('');
  const end = isEnded ? '' : '\\ No newline at end of file\n';
  return `${head}--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${body}${end}`;
}
