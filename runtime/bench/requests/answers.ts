/** What a real model says at each place of the recording that an editor may ask about, asked once: whatever rule asks there is told the same. */
import { CompletionFeature } from '../../features/completion/index.ts';
import type { ChosenModel, Tasks } from '../../features/tasks.ts';
import { type ClientSettings, clientSettingsSchema, machineDefaults } from '../../protocol.ts';
import { editorWaitMs } from '../typing/play.ts';
import type { TypedEdit } from '../typing/session.ts';
import { documentOf } from './document.ts';

export type Answers = ReadonlyMap<string, string>;

/** A cursor and what stands around it: enough to tell places apart, so that sessions that come by the same one share its answer. */
export type Place = Pick<TypedEdit, 'text' | 'offset'>;

const beforeChars = 600;
const afterChars = 200;
const maxTokens = 48;
/** No prompt is shortened while answers are gathered. */
const targetMsAmple = 60_000;

export function placeKey({ text, offset }: Place): string {
  return `${text.slice(Math.max(0, offset - beforeChars), offset)}\0${text.slice(offset, offset + afterChars)}`;
}

export function settingsFor(targetMs: number): ClientSettings {
  return { ...clientSettingsSchema.parse({ completion: { targetMs, maxTokens } }), ...machineDefaults };
}

/** Adds the answers of these sessions to `answers`. @param asked is called after each place that was asked about. */
export async function gather(
  sessions: readonly (readonly TypedEdit[])[],
  tasks: Tasks,
  model: ChosenModel,
  answers: Map<string, string>,
  asked: () => void,
): Promise<void> {
  for (const [index, edits] of sessions.entries()) {
    const said = new SaidTexts(tasks);
    const feature = new CompletionFeature(said, { choose: () => model, describe: () => model }, []);
    for (const edit of edits) {
      const key = placeKey(edit);
      if (edit.gapMs <= editorWaitMs || answers.has(key)) continue;
      const document = documentOf(`gather ${index}`, edit.text);
      const request = {
        ...{ document, position: document.positionAt(edit.offset), settings: settingsFor(targetMsAmple) },
        ...{ client: 'bench', invoked: true, receivedMs: tasks.now() },
      };
      await feature.complete(request, new AbortController().signal);
      answers.set(key, said.last);
      asked();
    }
  }
}

/** Tasks on their way to the engine; remembers what the last one said. */
class SaidTexts implements Tasks {
  readonly #tasks: Tasks;
  /** Empty when it failed. */
  last = '';

  constructor(tasks: Tasks) {
    this.#tasks = tasks;
  }

  submit(...[spec, listener]: Parameters<Tasks['submit']>): ReturnType<Tasks['submit']> {
    const handle = this.#tasks.submit(spec, listener);
    void handle.done.then(({ text }) => {
      this.last = text;
    });
    return handle;
  }

  now(): number {
    return this.#tasks.now();
  }

  forecastTtftMs(): number {
    return 0;
  }
}
