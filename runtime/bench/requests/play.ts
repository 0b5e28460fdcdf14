/**
 * One session with one client: an editor asks as VS Code does, after each edit that no other follows within its wait, and every edit takes
 * back what was asked before. What it asks is the completion feature as it is, or as a plain client would be; only time is made up.
 */
import type { Position } from 'vscode-languageserver-textdocument';
import { CompletionFeature } from '../../features/completion/index.ts';
import { restOfShown, type Shown } from '../../features/completion/shown.ts';
import type { ChosenModel } from '../../features/tasks.ts';
import type { ClientSettings } from '../../protocol.ts';
import { SkippingClock } from '../keystrokes/clock.ts';
import type { PlayOptions, Tally } from '../typing/play.ts';
import type { TypedEdit } from '../typing/session.ts';
import { type Answers, placeKey, settingsFor } from './answers.ts';
import type { Client } from './clients.ts';
import { documentOf } from './document.ts';
import { SimulatedTasks } from './machine.ts';

const client = 'bench';

/** `requests`: what led to a task; `shown`: suggestions that were not the rest of the one that stood there, as far as that was typed. */
export interface ClientTally extends Tally {
  /** Questions of the editor. */
  readonly asked: number;
  /** Those that were answered with a suggestion before the next edit. */
  readonly answered: number;
}

export async function playClient(
  edits: readonly TypedEdit[],
  rules: Client,
  answers: Answers,
  model: ChosenModel,
  { machine, targetMs }: PlayOptions,
): Promise<ClientTally> {
  const clock = new SkippingClock(
    () => 0,
    () => false,
  );
  const tasks = new SimulatedTasks(clock, machine);
  const timer = clock.timer.bind(clock);
  const services = { timer, now: () => clock.now() };
  const models = { choose: () => model, describe: () => model };
  const feature = new CompletionFeature(tasks, models, [], rules.options(services));
  const editor = new Editor(feature, rules, settingsFor(targetMs), clock);
  const startMs = clock.now() - (edits[0]?.atMs ?? 0);
  for (const edit of edits) {
    await clock.runUntil(startMs + edit.atMs);
    tasks.at({ answer: answers.get(placeKey(edit)) ?? '', slowness: edit.slowness });
    editor.edit(edit);
  }
  const last = edits.at(-1);
  if (last !== undefined) await clock.runUntil(startMs + last.atMs + last.gapMs);
  editor.close();
  const { asked, answered, shown } = editor;
  const durationMs = (last?.atMs ?? 0) - (edits[0]?.atMs ?? 0);
  return { edits: edits.length, asked, answered, requests: tasks.requests, shown, durationMs };
}

class Editor {
  readonly #feature: CompletionFeature;
  readonly #rules: Client;
  readonly #settings: ClientSettings;
  readonly #clock: SkippingClock;
  #pending: AbortController | undefined;
  #callOff: (() => void) | undefined;
  #standing: Shown | undefined;
  asked = 0;
  answered = 0;
  shown = 0;

  constructor(feature: CompletionFeature, rules: Client, settings: ClientSettings, clock: SkippingClock) {
    this.#feature = feature;
    this.#rules = rules;
    this.#settings = settings;
    this.#clock = clock;
  }

  edit({ text, offset }: TypedEdit): void {
    this.close();
    const document = documentOf('session', text);
    this.#feature.edited({ client, document });
    const position = document.positionAt(offset);
    this.#callOff = this.#clock.timer(this.#rules.editorWaitMs, () => void this.#ask(document, position));
  }

  /** What was asked for is taken back. */
  close(): void {
    this.#pending?.abort();
    this.#callOff?.();
  }

  async #ask(document: ReturnType<typeof documentOf>, position: Position): Promise<void> {
    const controller = new AbortController();
    this.#pending = controller;
    this.asked += 1;
    const receivedMs = this.#clock.now();
    const { invoked } = this.#rules;
    const request = { document, position, settings: this.#settings, client, invoked, receivedMs };
    const { items } = await this.#feature.complete(request, controller.signal);
    const [item] = items;
    if (item === undefined || controller.signal.aborted) return;
    const [whole, offset] = [document.getText(), document.offsetAt(position)];
    const here = { before: whole.slice(0, offset), after: whole.slice(offset) };
    const rest = this.#standing && restOfShown(this.#standing, here)?.text;
    this.#standing = { ...here, text: item.insertText };
    this.answered += 1;
    if (rest !== item.insertText) this.shown += 1;
  }
}
