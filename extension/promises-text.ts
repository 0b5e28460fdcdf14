/** What a calibration has found, as rows to choose from: what is promised now, what could be. Pure, without vscode. */
import type { Calibrated, CalibrateResult } from '../runtime/protocol.ts';
import { formatDuration } from './format.ts';
import { l10n } from './l10n.ts';
import type { SettingUpdate } from './model-choices.ts';

export interface PromiseRow {
  readonly label: string;
  /** Before and after. */
  readonly description: string;
  /** How it was measured. */
  readonly detail: string;
  readonly update: SettingUpdate;
}

/** Classes whose promise is a setting. */
const settable: ReadonlySet<string> = new Set(['completion', 'summarize', 'translate']);

function named({ class: name, canKeepMs }: Calibrated): string {
  const time = formatDuration(canKeepMs);
  switch (name) {
    case 'completion':
      return l10n.t('Completion: first token within {0}', time);
    case 'summarize':
      return l10n.t('Summary: complete within {0}', time);
    case 'translate':
      return l10n.t('Translation: complete within {0}', time);
    case 'generate':
      return l10n.t('Generated code: first token within {0}', time);
    default:
      return name satisfies never;
  }
}

/** What can be written, one row for each promise; then what takes a number back. Nothing is said of what stands already. */
export function promiseRows({ classes }: CalibrateResult): PromiseRow[] {
  return classes
    .filter(({ class: name }) => settable.has(name))
    .flatMap((found) => {
      const { class: name, targetMs, canKeepMs, automatic, how } = found;
      const key = `${name}.targetMs`;
      const before = automatic ? l10n.t('{0} (automatic)', formatDuration(targetMs)) : formatDuration(targetMs);
      const description = `${before} → ${formatDuration(canKeepMs)}`;
      const write = { label: named(found), description, detail: how, update: { key, value: canKeepMs } };
      const undo = {
        label: l10n.t('{0}: decide automatically', `punctual.${key}`),
        description: `${before} → auto`,
        detail: l10n.t(
          'The promise follows from what the machine was found to do, within bounds, and changes only when that changes much.',
        ),
        update: { key, value: undefined },
      };
      const isSaid = !automatic && targetMs === canKeepMs;
      return [...(isSaid ? [] : [write]), ...(automatic ? [] : [undo])];
    });
}

/** One sentence above the rows. */
export function calibratedSentence({ classes }: CalibrateResult): string | undefined {
  const completion = classes.find(({ class: name }) => name === 'completion');
  if (completion === undefined) return undefined;
  const { canKeepMs, model } = completion;
  return l10n.t('Your machine can keep {0} to the first token with {1}.', formatDuration(canKeepMs), model);
}

/** The last one chosen for a setting counts. */
export function updatesOf(rows: readonly Pick<PromiseRow, 'update'>[]): SettingUpdate[] {
  return [...new Map(rows.map(({ update }) => [update.key, update])).values()];
}
