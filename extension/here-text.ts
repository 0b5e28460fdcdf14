/** Why completion is on or off in the document in front of the user, as the language status item says it. Pure. */
import type { EligibilityResult } from '../runtime/protocol.ts';
import type { ConnectionState } from './connection-state.ts';
import { l10n } from './l10n.ts';
import { remainingWords } from './pause-text.ts';

export interface HereInput {
  /** `punctual.enable` for this document. */
  readonly enabled: boolean;
  readonly languageId: string;
  readonly tooLarge: boolean;
  /** Until completion goes on in this window; 0 when it is not paused. */
  readonly pausedMs: number;
  readonly connection: ConnectionState['kind'];
  /** Why the model in use could not be loaded, if so. */
  readonly modelError: string | undefined;
  /** The runtime's view of this document; absent until it has answered. */
  readonly eligibility: EligibilityResult | undefined;
}

export interface HereView {
  readonly text: string;
  readonly detail: string;
  readonly warning: boolean;
  readonly busy: boolean;
  readonly action: { readonly command: 'toggleCompletion' | 'models' | 'showLog' | 'resume'; readonly title: string };
}

/**
 * The first that holds:
 * 1. paused in this window
 * 2. switched off by the settings
 * 3. too large to be shared with the runtime
 * 4. no runtime (yet)
 * 5. the model does not load
 * 6. the runtime has not said
 * 7. on
 * 8. by hand only: the demonstration model outside of its sample
 * 9. the runtime's reason
 */
export function hereView(input: HereInput): HereView {
  const { enabled, connection, eligibility } = input;
  const toggle = { command: 'toggleCompletion', title: l10n.t('Turn on or off') } as const;
  const choose = { command: 'models', title: l10n.t('Models') } as const;
  const log = { command: 'showLog', title: l10n.t('Show log') } as const;
  const off = l10n.t('Punctual: off');
  if (input.pausedMs > 0) {
    const resume = { command: 'resume', title: l10n.t('Resume') } as const;
    return view(l10n.t('Punctual: paused'), remainingWords(input.pausedMs), resume);
  }
  if (!enabled) return view(off, l10n.t('{0} is off for {1}', 'punctual.enable', input.languageId), toggle);
  if (input.tooLarge) return view(off, l10n.t('This file is too large'), toggle);
  if (connection === 'starting' || connection === 'connecting') {
    return { ...view(l10n.t('Punctual: starting'), l10n.t('Connecting to the runtime'), log), busy: true };
  }
  if (connection !== 'connected') return { ...view(off, l10n.t('No runtime'), log), warning: true };
  if (input.modelError !== undefined) return { ...view(off, input.modelError, choose), warning: true };
  if (eligibility === undefined) return { ...view('Punctual', l10n.t('Asking the runtime'), toggle), busy: true };
  if (eligibility.automatic) return view(l10n.t('Punctual: on'), eligibility.message, toggle);
  if (eligibility.reason === 'demoModel') return view(l10n.t('Punctual: by hand only'), eligibility.message, choose);
  const warning = eligibility.reason === 'modelUnavailable' || eligibility.reason === 'failed';
  return { ...view(off, eligibility.message, warning ? choose : toggle), warning };
}

function view(text: string, detail: string, action: HereView['action']): HereView {
  return { text, detail, action, warning: false, busy: false };
}
