/**
 * Plays the screenplay against a session: types, asks at every keystroke as an editor does, takes what it wanted, and keeps a
 * summary and a translation running meanwhile. Measures what a client can see.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type CompletionTrace,
  inlineCompletionResultSchema,
  summarizeMethod,
  textResultSchema,
  translateMethod,
  type WireTaskClass,
} from '../../protocol.ts';
import { CommandError } from '../command.ts';
import { languageOf } from '../document.ts';
import type { AnswerPart, Session } from '../session.ts';
import { type Edit, Editor } from './editor.ts';
import type { Pace, Scene, Work } from './screenplay.ts';
import type { SceneResult, Stage } from './stage.ts';

/** No scene begins later: a slow machine shows fewer lines, not a longer play. */
const lastSceneMsMax = 15_000;
/** After the last scene, what still runs may finish for so long. */
const lastTextMsMax = 4_000;

/** From sending a request to its whole answer, ms. Superseded requests have none. */
/** Whose times are measured: the play asks for nothing in a sentence. */
type PlayedClass = Exclude<WireTaskClass, 'generate'>;

export type SeenMs = Readonly<Record<PlayedClass, readonly number[]>>;

export interface PlayResult {
  readonly scenes: readonly SceneResult[];
  readonly seenMs: SeenMs;
}

interface OpenFile {
  readonly uri: string;
  readonly editor: Editor;
}

export class Play {
  readonly #session: Session;
  readonly #stage: Stage;
  readonly #pace: Pace;
  /** Absolute path of the sample. */
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #files = new Map<string, OpenFile>();
  readonly #seenMs: Record<PlayedClass, number[]> = { completion: [], summarize: [], translate: [] };
  /** The request of the latest keystroke. */
  #asked: { readonly controller: AbortController; readonly done: Promise<CompletionTrace | undefined> } | undefined;

  constructor(session: Session, stage: Stage, pace: Pace, folder: string, signal: AbortSignal) {
    this.#session = session;
    this.#stage = stage;
    this.#pace = pace;
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Opens copies of the files: what is typed stays in memory. */
  async open(scenes: readonly Scene[], works: readonly Work[]): Promise<void> {
    for (const name of new Set([...scenes, ...works].map(({ file }) => file))) {
      const file = path.join(this.#folder, name);
      const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
      const uri = pathToFileURL(file).href;
      const editor = new Editor(name, text);
      this.#session.open({ uri, languageId: languageOf(name), text });
      this.#files.set(name, { uri, editor });
    }
  }

  /** @throws CommandError when a request fails. */
  async run(scenes: readonly Scene[], works: readonly (readonly Work[])[]): Promise<PlayResult> {
    const curtain = new AbortController();
    const last = new AbortController();
    const behind = Promise.all(works.map((list) => this.#work(list, curtain.signal, last.signal)));
    const results: SceneResult[] = [];
    try {
      const typing = this.#type(scenes, results);
      // What fails behind the typing ends the play too.
      await Promise.race([typing, behind.then(() => typing)]);
      curtain.abort();
      const timer = setTimeout(() => last.abort(), lastTextMsMax);
      await behind.finally(() => clearTimeout(timer));
    } finally {
      curtain.abort();
      last.abort();
      this.#asked?.controller.abort();
    }
    return { scenes: results, seenMs: this.#seenMs };
  }

  async #type(scenes: readonly Scene[], results: SceneResult[]): Promise<void> {
    const endMs = performance.now() + lastSceneMsMax;
    for (const scene of scenes) {
      if (performance.now() > endMs) return;
      const result = await this.#scene(scene);
      results.push(result);
      this.#stage.sceneDone(result);
      await this.#wait(this.#pace.lookMs);
    }
  }

  async #scene(scene: Scene): Promise<SceneResult> {
    const file = this.#file(scene.file);
    const { editor } = file;
    this.#change(file, editor.clear(scene.line));
    const indentation = editor.caret.character;
    await this.#wait(this.#pace.lookMs / 2);
    await this.#keystrokes(file, scene.typed.slice(indentation));
    const trace = await this.#suggestion();
    const suggestion = editor.ghost;
    const ttftMs = suggestion === '' ? undefined : trace?.ttftMs;
    await this.#wait(this.#pace.lookMs);
    const rest = scene.line.slice(scene.typed.length);
    const taken = scene.takes && suggestion === rest;
    if (taken) this.#change(file, editor.take());
    else await this.#keystrokes(file, rest);
    return { scene, line: editor.caret.line + 1, suggestion, taken, ttftMs };
  }

  async #keystrokes(file: OpenFile, text: string): Promise<void> {
    for (const character of text) {
      this.#change(file, file.editor.type(character));
      this.#ask(file);
      await this.#wait(this.#pace.keystrokeMs);
    }
  }

  #change({ uri, editor }: OpenFile, { range, text }: Edit): void {
    this.#asked?.controller.abort();
    this.#session.change(uri, editor.version, range, text);
    this.#stage.editor(editor);
  }

  #ask({ uri, editor }: OpenFile): void {
    const controller = new AbortController();
    const version = editor.version;
    const params = { textDocument: { uri }, position: editor.caret, context: { triggerKind: 2 } };
    const sentMs = performance.now();
    const done = this.#session
      .request('textDocument/inlineCompletion', params, inlineCompletionResultSchema, controller.signal)
      .then(({ items, punctual }) => {
        if (punctual.reason === 'cancelled') return undefined;
        if (punctual.reason !== 'answered' && punctual.reason !== 'empty')
          throw new CommandError(punctual.message ?? `There is no completion: ${punctual.reason}.`);
        this.#seenMs.completion.push(performance.now() - sentMs);
        if (editor.suggest(items[0]?.insertText ?? '', version)) this.#stage.editor(editor);
        return punctual;
      })
      .catch((error: unknown) => {
        if (controller.signal.aborted) return undefined;
        throw error;
      });
    // Looked at when the person looks up; until then a failure is nobody's.
    done.catch(() => undefined);
    this.#asked = { controller, done };
  }

  /** The answer to the latest keystroke; undefined when none comes in time. */
  async #suggestion(): Promise<CompletionTrace | undefined> {
    const scope = new AbortController();
    const late = delay(this.#pace.patienceMs, undefined, { signal: scope.signal }).catch(() => undefined);
    return Promise.race([this.#asked?.done, late]).finally(() => scope.abort());
  }

  /** One task after the other until the curtain falls; `last` ends the one under way. */
  async #work(list: readonly Work[], curtain: AbortSignal, last: AbortSignal): Promise<void> {
    for (let index = 0; !curtain.aborted; index++) {
      const work = list[index % list.length];
      if (!work) return;
      await this.#text(work, last);
      await delay(this.#pace.restMs, undefined, { signal: curtain }).catch(() => undefined);
    }
  }

  async #text(work: Work, signal: AbortSignal): Promise<void> {
    const { kind, file, ...extra } = work;
    const params = { textDocument: { uri: this.#file(file).uri }, ...extra };
    const method = kind === 'summarize' ? summarizeMethod : translateMethod;
    const sentMs = performance.now();
    let text = '';
    this.#stage.text(work, text);
    const onPart = ({ text: piece }: AnswerPart): void => {
      text += piece;
      this.#stage.text(work, text);
    };
    try {
      const result = await this.#session.stream(method, params, textResultSchema, onPart, signal);
      this.#seenMs[kind].push(performance.now() - sentMs);
      this.#stage.textDone({ work, result });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #file(name: string): OpenFile {
    const file = this.#files.get(name);
    if (!file) throw new RangeError(`${name} has not been opened`);
    return file;
  }

  #wait(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#signal });
  }
}
