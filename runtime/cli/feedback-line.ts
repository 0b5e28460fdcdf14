/** What became of suggestions, as a sentence. Pure. */
import type { WireOutcomeCounts } from '../protocol.ts';

/** As in "41 suggestions shown, 32 % taken, 5 % in part; 90 % of what was taken was still there after 30 s". */
export function acceptanceLine({ shown, accepted, partly, retained, lost }: WireOutcomeCounts): string {
  const looked = retained + lost;
  const kept = looked === 0 ? '' : `; ${shareText(retained, looked)} of what was taken was still there after 30 s`;
  const said = `${shown} ${shown === 1 ? 'suggestion' : 'suggestions'} shown`;
  return `${said}, ${shareText(accepted, shown)} taken, ${shareText(partly, shown)} in part${kept}`;
}

/** A dash where there is nothing to have a share of. */
export function shareText(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
}
