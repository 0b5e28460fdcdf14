/**
 * Somebody edits a document, as it was recorded, and an editor asks for completions as VS Code does: after its own wait, if no other edit
 * came meanwhile, and every edit takes back what was asked before. The document is opened two seconds ahead, which warms it up.
 */
import { type Position, TextDocument } from 'vscode-languageserver-textdocument';
import type { InfillPrompt } from '../../core/task.ts';
import { typedCharsMax } from '../../features/completion/anchor.ts';
import type { CompletionFeature } from '../../features/completion/index.ts';
import type { ClientSettings, CompletionTrace } from '../../protocol.ts';
import { WarmUps } from '../../server/warm-up.ts';
import { applied, cursorAfter, cursorBefore, type EditingTrace } from '../replay/editing-trace.ts';
import type { PlayedEdit } from '../replay/sessions.ts';
import { editorWaitMs } from '../typing/play.ts';
import { sessions } from '../workloads.ts';
import type { SkippingClock } from './clock.ts';
import type { Prefill, WatchedTasks } from './watched-tasks.ts';

/** What became of one request of the editor. */
export interface Asked {
  /** Text that edits have put in since the request before. */
  readonly inserted: string;
  /** Undefined for one that was taken back before it was answered. */
  readonly from: CompletionTrace['from'] | undefined;
  readonly isShown: boolean;
  /** The cursor stood inside or at the end of what was typed since one of the last prompts was made. */
  readonly isInside: boolean;
  /** The prompts that it led to: none when it was answered without a task. */
  readonly prefills: readonly Prefill[];
}

export interface SessionOptions {
  readonly name: string;
  readonly editing: EditingTrace;
  /** The first edit of the session in the recording. */
  readonly from: number;
  readonly edits: readonly PlayedEdit[];
  readonly completion: CompletionFeature;
  readonly tasks: WatchedTasks;
  readonly clock: SkippingClock;
  readonly settings: ClientSettings;
}

const language = 'rust';
/** So many prompts of one document are kept in mind (features/completion/prompts.ts), with that of its warm-up. */
const promptsKept = 5;

export class Session {
  readonly #options: SessionOptions;
  readonly #uri: string;
  readonly #asked: (Omit<Asked, 'prefills'> & { readonly receivedMs: number })[] = [];
  readonly #warmUps: WarmUps;
  readonly #leads = new Map<string, number>();
  /** Those before are of other sessions. */
  readonly #firstPrefill: number;
  #document: TextDocument;
  #inserted = '';
  #pending: AbortController | undefined;
  #callOff: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const { name, editing, from, completion, settings, clock } = options;
    this.#options = options;
    this.#firstPrefill = options.tasks.prefills.length;
    this.#uri = `file:///bench/${encodeURIComponent(name)}.rs`;
    this.#document = TextDocument.create(this.#uri, language, 0, editing.textBefore(from));
    this.#warmUps = new WarmUps({
      warmUp: (_, position, signal) =>
        completion.warmUp({ document: this.#document, position, settings, client: name }, signal),
      timer: (ms, callback) => clock.timer(ms, callback),
    });
  }

  /** @returns what became of each request, in order. */
  async play(): Promise<readonly Asked[]> {
    const { editing, from, edits, clock, tasks } = this.#options;
    const startMs = clock.now() + sessions.openLeadMs;
    const first = editing.edits[from];
    this.#warmUps.active(this.#uri, this.#document.positionAt(first === undefined ? 0 : cursorBefore(first)));
    for (const edit of edits) {
      await clock.runUntil(startMs + edit.atMs);
      this.#edit(edit);
    }
    await clock.runUntil(clock.now() + sessions.openLeadMs);
    this.#warmUps.close();
    await clock.rest();
    return this.#asked.map(({ receivedMs, ...asked }) => ({
      ...asked,
      // With what was evaluated while the question waited: that is idle work, and its cost all the same.
      prefills: tasks.prefills.filter(({ arrivalMs }) => arrivalMs === receivedMs),
    }));
  }

  /** Whole lines that counted as typed when a prompt with these texts was made. */
  #leadChars({ prefix, suffix, typed = '' }: InfillPrompt): number {
    const key = `${prefix}\0${suffix}`;
    const known = this.#leads.get(key) ?? typed.lastIndexOf('\n') + 1;
    this.#leads.set(key, known);
    return known;
  }

  #edit({ first, end }: PlayedEdit): void {
    const { editing, completion, name, clock } = this.#options;
    const parts = editing.edits.slice(first, end);
    const text = parts.reduce((before, { patches }) => applied(before, patches), this.#document.getText());
    this.#inserted += parts.flatMap(({ patches }) => patches.map(([, , inserted]) => inserted)).join('');
    this.#document = TextDocument.create(this.#uri, language, this.#document.version + 1, text);
    this.#warmUps.edited(this.#uri);
    completion.edited({ client: name, document: this.#document });
    this.#pending?.abort();
    this.#callOff?.();
    const last = parts.at(-1);
    if (last === undefined) return;
    const position = this.#document.positionAt(cursorAfter(last, editing.edits[end]));
    this.#callOff = clock.timer(editorWaitMs, () => void this.#ask(position));
  }

  async #ask(position: Position): Promise<void> {
    const { completion, settings, name, tasks } = this.#options;
    const controller = new AbortController();
    this.#pending = controller;
    const inserted = this.#inserted;
    this.#inserted = '';
    const receivedMs = tasks.now();
    const [text, offset] = [this.#document.getText(), this.#document.offsetAt(position)];
    const prompts = tasks.prefills.slice(Math.max(this.#firstPrefill, tasks.prefills.length - promptsKept));
    const isInside = prompts.some(({ prompt }) => standsInside(prompt, this.#leadChars(prompt), text, offset));
    const asked = { receivedMs, inserted, isInside };
    const place = this.#asked.push({ ...asked, from: undefined, isShown: false }) - 1;
    const request = { document: this.#document, position, settings, client: name, invoked: false, receivedMs };
    const { items, punctual } = await completion.complete(request, controller.signal);
    const isShown = items.length > 0 && !controller.signal.aborted;
    this.#asked[place] = { ...asked, from: punctual.from, isShown };
    if (!controller.signal.aborted && (punctual.fitted || punctual.stale)) this.#warmUps.wanted(this.#uri, position);
  }
}

/**
 * Whether the cursor is where something was typed since a prompt was made: between its texts, behind the lines that counted as typed from
 * the beginning, and no farther from its suffix than can be typed.
 */
export function standsInside(
  { prefix, suffix }: InfillPrompt,
  leadChars: number,
  text: string,
  offset: number,
): boolean {
  const found = text.slice(0, offset).lastIndexOf(prefix);
  const start = found + prefix.length + leadChars;
  const end = text.indexOf(suffix, offset);
  return found !== -1 && start <= offset && end !== -1 && end - start <= typedCharsMax;
}
