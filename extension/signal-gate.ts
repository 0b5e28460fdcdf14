/**
 * Which of the things a person does in the editor are worth a word to the runtime, so that it can load a model before it is asked: few,
 * and none twice. Pure: no vscode, no clock. One gate lives as long as a connection, since a new runtime knows nothing.
 */
import type { SignalParams } from '../runtime/protocol.ts';

/** What was seen in a document. */
export interface Seen {
  /** VS Code's language id. */
  readonly language: string;
  /** `punctual.enable` there. */
  readonly enabled: boolean;
  readonly act: /** It came to the front. */
    | { readonly kind: 'active' }
    | { readonly kind: 'selected'; readonly lines: number; readonly chars: number }
    /** One of our commands is asking something before its task begins. */
    | { readonly kind: 'command' };
}

/** Less than this is a name or a line that is being edited, not something to translate or to summarize. */
export const selectionLinesMin = 3;
export const selectionCharsMin = 120;

/** The same again within this time says nothing new. */
const againMs = {
  languageOpened: Number.POSITIVE_INFINITY,
  documentActive: 30_000,
  selectionMade: 10_000,
  paletteOpened: 5_000,
} satisfies Record<SignalParams['kind'], number>;

/** Whatever happens, such as a command that walks through all files. */
export const signalsPerMinuteMax = 12;
const minuteMs = 60_000;

/** As the wire takes it. */
const languageCharsMax = 64;
/** An editor has fewer; the bound is for extensions that make some up. */
const languagesMax = 256;

export class SignalGate {
  /** When a signal of this kind was last sent for this language. */
  readonly #sentMs = new Map<string, number>();
  readonly #languages = new Set<string>();
  #recentMs: number[] = [];

  /**
   * No signal when, in this order,
   * 1. completion is off for the language: its user wants to be left alone there
   * 2. the selection is small
   * 3. the same was said a short while ago
   * 4. too much was said in the last minute
   */
  pass({ language, enabled, act }: Seen, nowMs: number): SignalParams | undefined {
    if (!enabled || language === '' || language.length > languageCharsMax) return undefined;
    if (act.kind === 'selected' && act.lines < selectionLinesMin && act.chars < selectionCharsMin) return undefined;
    const kind = this.#kindOf(act.kind, language);
    const key = `${kind} ${language}`;
    if (nowMs - (this.#sentMs.get(key) ?? Number.NEGATIVE_INFINITY) < againMs[kind]) return undefined;
    this.#recentMs = this.#recentMs.filter((sentMs) => nowMs - sentMs < minuteMs);
    if (this.#recentMs.length >= signalsPerMinuteMax) return undefined;
    if (!this.#languages.has(language) && this.#languages.size >= languagesMax) return undefined;
    this.#languages.add(language);
    this.#recentMs.push(nowMs);
    this.#sentMs.set(key, nowMs);
    return { kind, language };
  }

  #kindOf(act: Seen['act']['kind'], language: string): SignalParams['kind'] {
    switch (act) {
      case 'active':
        return this.#sentMs.has(`languageOpened ${language}`) ? 'documentActive' : 'languageOpened';
      case 'selected':
        return 'selectionMade';
      case 'command':
        return 'paletteOpened';
      default:
        return act satisfies never;
    }
  }
}
