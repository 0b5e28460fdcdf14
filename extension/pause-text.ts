/** How long a pause lasts, in words. Pure, without vscode. */
import { l10n } from './l10n.ts';

export const pauseMinutes = 30;

/** @param ms until it is over, above 0 */
export function remainingWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes === 1 ? l10n.t('one minute left') : l10n.t('{0} minutes left', minutes);
}

/** Until the words change, or the pause is over. */
export function wordsChangeAfterMs(ms: number): number {
  return ms - (Math.ceil(ms / 60_000) - 1) * 60_000;
}
