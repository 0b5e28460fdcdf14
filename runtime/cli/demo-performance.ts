/** Plays the screenplay against the runtime: every key is an edit and a request, as in an editor. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type InlineCompletionResult,
  inlineCompletionResultSchema,
  summarizeMethod,
  textResultSchema,
  translateMethod,
} from '../protocol.ts';
import type { Screen } from './demo-screen.ts';
import { background, keyDelayMs, type Scene, scenes } from './demo-screenplay.ts';
import { languageOf, type OpenedFile } from './document.ts';
import type { Session } from './session.ts';

/** How long a person waits for ghost text before typing on. */
const patienceMs = 1_500;
/** How long one looks at a suggestion before taking it. */
const lookMs = 450;
/** A breath between two answers of the background work. */
const breathMs = 150;

export async function perform(session: Session, screen: Screen, folder: string, signal: AbortSignal): Promise<void> {
  const files = new Map<string, OpenedFile>();
  for (const name of new Set([...scenes.map(({ file }) => file), ...background.summarize, ...background.translate])) {
    const file = path.join(folder, name);
    const opened = { uri: pathToFileURL(file).href, languageId: languageOf(file), text: await readFile(file, 'utf8') };
    files.set(name, opened);
    session.open(opened);
  }
  const over = new AbortController();
  const behind = [
    repeat(
      session,
      files,
      summarizeMethod,
      background.summarize,
      {},
      (name, text) => screen.background('summary', name, text),
      over.signal,
    ),
    repeat(
      session,
      files,
      translateMethod,
      background.translate,
      { to: background.translateTo },
      (name, text) => screen.background('translation', name, text),
      over.signal,
    ),
  ];
  const typist = new Typist(session, screen, signal);
  for (const scene of scenes) {
    const file = files.get(scene.file);
    if (file && !signal.aborted) files.set(scene.file, { ...file, text: await typist.play(scene, file) });
  }
  over.abort();
  await Promise.all(behind);
  signal.throwIfAborted();
  screen.end(await session.status(), typist.measured);
}

/** Asks for one answer after the other until it is over; the last one is waited for. */
async function repeat(
  session: Session,
  files: ReadonlyMap<string, OpenedFile>,
  method: string,
  names: readonly string[],
  extra: object,
  show: (name: string, text: string) => void,
  over: AbortSignal,
): Promise<void> {
  for (let turn = 0; !over.aborted; turn++) {
    const name = names[turn % names.length] ?? '';
    let text = '';
    show(name, '');
    const onText = (piece: string): void => {
      text += piece;
      show(name, text);
    };
    await session.stream(
      method,
      { textDocument: { uri: files.get(name)?.uri ?? '' }, ...extra },
      textResultSchema,
      onText,
    );
    await sleep(breathMs);
  }
}

export interface Measured {
  /** From each key whose suggestion arrived to that arrival, in ms, as the person saw it. */
  readonly shownMs: number[];
  keys: number;
  accepted: number;
}

/** Where the cursor stands: the file's text before and behind it. */
interface Place {
  readonly uri: string;
  readonly name: string;
  before: string;
  readonly after: string;
}

function endOf(text: string): { line: number; character: number } {
  const lines = text.split('\n');
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

class Typist {
  readonly #session: Session;
  readonly #screen: Screen;
  readonly #signal: AbortSignal;
  readonly #versions = new Map<string, number>();
  readonly measured: Measured = { shownMs: [], keys: 0, accepted: 0 };

  constructor(session: Session, screen: Screen, signal: AbortSignal) {
    this.#session = session;
    this.#screen = screen;
    this.#signal = signal;
  }

  /** Returns the text of the file at the end of the scene. */
  async play(scene: Scene, file: OpenedFile): Promise<string> {
    const lines = file.text.split('\n');
    const place: Place = {
      uri: file.uri,
      name: scene.file,
      before: `${lines.slice(0, scene.missing.from - 1).join('\n')}\n`,
      after: lines.slice(scene.missing.to).join('\n'),
    };
    const range = {
      start: { line: scene.missing.from - 1, character: 0 },
      end: { line: scene.missing.to, character: 0 },
    };
    this.#session.change(file.uri, this.#nextVersion(file.uri), range, '');
    for (const { type, want } of scene.beats) {
      let answer: Promise<string> = Promise.resolve('');
      for (const key of type) {
        answer = this.#key(place, key);
        await sleep(keyDelayMs(this.measured.keys));
        if (this.#signal.aborted) break;
      }
      if (want !== undefined) await this.#takeOrType(place, want, answer);
    }
    return place.before + place.after;
  }

  async #takeOrType(place: Place, want: string, answer: Promise<string>): Promise<void> {
    const ghost = await Promise.race([answer, sleep(patienceMs, '')]);
    if (ghost === want) {
      await sleep(lookMs);
      this.measured.accepted++;
      this.#insert(place, want);
      this.#screen.editor(place.name, place.before, place.after, '', 'Tab');
      await sleep(lookMs);
      return;
    }
    for (const key of want) {
      void this.#key(place, key);
      await sleep(keyDelayMs(this.measured.keys));
    }
  }

  /** One key: the edit, the request, and the suggestion on the screen unless another key has come meanwhile. */
  async #key(place: Place, key: string): Promise<string> {
    const version = this.#insert(place, key);
    const { uri, name, before, after } = place;
    this.measured.keys++;
    this.#screen.editor(name, before, after, '');
    const startedMs = performance.now();
    const result = await this.#ask(uri, before);
    const ghost = result?.items[0]?.insertText ?? '';
    if (this.#versions.get(uri) !== version || ghost === '') return ghost;
    this.measured.shownMs.push(performance.now() - startedMs);
    this.#screen.editor(name, before, after, ghost, undefined, result?.punctual.ttftMs);
    return ghost;
  }

  /** Returns the document's new version. */
  #insert(place: Place, text: string): number {
    const cursor = endOf(place.before);
    const version = this.#nextVersion(place.uri);
    this.#session.change(place.uri, version, { start: cursor, end: cursor }, text);
    place.before += text;
    return version;
  }

  #nextVersion(uri: string): number {
    const version = (this.#versions.get(uri) ?? 1) + 1;
    this.#versions.set(uri, version);
    return version;
  }

  /** An automatic request, as typing makes them. A failure is no suggestion, as in an editor. */
  async #ask(uri: string, before: string): Promise<InlineCompletionResult | undefined> {
    const params = { textDocument: { uri }, position: endOf(before), context: { triggerKind: 2 } };
    return this.#session
      .request('textDocument/inlineCompletion', params, inlineCompletionResultSchema)
      .catch(() => undefined);
  }
}
