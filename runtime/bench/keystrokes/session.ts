/**
 * Somebody edits a document, as it was recorded, and an editor asks for completions as VS Code does: after the debounce, if no other edit
 * came meanwhile, and every edit takes back what was asked before. The document is opened two seconds ahead, which warms it up.
 */
import { type Position, TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionFeature } from '../../features/completion/index.ts';
import type { ClientSettings, CompletionTrace } from '../../protocol.ts';
import { WarmUps } from '../../server/warm-up.ts';
import { applied, cursorAfter, cursorBefore, type EditingTrace } from '../replay/editing-trace.ts';
import type { PlayedEdit } from '../replay/sessions.ts';
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

export class Session {
  readonly #options: SessionOptions;
  readonly #uri: string;
  readonly #asked: (Omit<Asked, 'prefills'> & { readonly receivedMs: number })[] = [];
  readonly #warmUps: WarmUps;
  #document: TextDocument;
  #inserted = '';
  #pending: AbortController | undefined;
  #callOff: (() => void) | undefined;

  constructor(options: SessionOptions) {
    const { name, editing, from, completion, settings, clock } = options;
    this.#options = options;
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
      prefills: tasks.prefills.filter(({ arrivalMs, isIdle }) => arrivalMs === receivedMs && !isIdle),
    }));
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
    this.#callOff = clock.timer(sessions.debounceMs, () => void this.#ask(position));
  }

  async #ask(position: Position): Promise<void> {
    const { completion, settings, name, tasks } = this.#options;
    const controller = new AbortController();
    this.#pending = controller;
    const inserted = this.#inserted;
    this.#inserted = '';
    const receivedMs = tasks.now();
    const place = this.#asked.push({ receivedMs, inserted, from: undefined, isShown: false }) - 1;
    const request = { document: this.#document, position, settings, client: name, invoked: false, receivedMs };
    const { items, punctual } = await completion.complete(request, controller.signal);
    const isShown = items.length > 0 && !controller.signal.aborted;
    this.#asked[place] = { receivedMs, inserted, from: punctual.from, isShown };
    if (!controller.signal.aborted && (punctual.fitted || punctual.stale)) this.#warmUps.wanted(this.#uri, position);
  }
}
