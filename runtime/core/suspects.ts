/**
 * What was inside the engine when it died, by content: asked again in other words of the same user, or by another window, it would end the
 * engine again. Pure; times are arguments.
 *
 * 1. Every death marks the content of each task that was inside, once; those that leave count, as one of them may be in the pass in flight.
 * 2. Content with {@link contentLossesMax} marks is refused, for {@link rememberedMs} from the last one.
 * 3. Each keystroke makes another prompt of a document, so the completions of one are marked together as well, with more patience, and
 *    only by deaths with nothing else inside: who types while another task ends the engine is not to lose completion for it.
 * 4. An answer clears what it is about: the engine lived through it.
 */
import type { Prompt, Task } from './task.ts';

/** Tried once more after the first death. */
export const contentLossesMax = 2;
export const documentLossesMax = 3;

/** In ms: what ended the engine by chance, or an engine that was updated since, gets another try after this. */
export const rememberedMs = 10 * 60 * 1000;

/** Contents that are remembered, the latest. */
export const suspectsMax = 128;

interface Mark {
  readonly losses: number;
  readonly atMs: number;
}

export class Suspects {
  /** The oldest first. */
  readonly #marks = new Map<string, Mark>();

  /** The engine died while these were inside. */
  lost(tasks: readonly Task[], nowMs: number): void {
    const documents = new Set(tasks.map(documentKey));
    const [document] = documents.size === 1 ? documents : [];
    for (const key of new Set([...tasks.map(contentKey), ...(document === undefined ? [] : [document])])) {
      const before = this.#mark(key, nowMs)?.losses ?? 0;
      this.#marks.delete(key);
      this.#marks.set(key, { losses: before + 1, atMs: nowMs });
    }
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= suspectsMax) return;
      this.#marks.delete(oldest);
    }
  }

  answered(task: Task): void {
    if (this.#marks.size === 0) return;
    this.#marks.delete(contentKey(task));
    const document = documentKey(task);
    if (document !== undefined) this.#marks.delete(document);
  }

  /** Deaths for which the task is to be refused; undefined when it may run. */
  lossesOf(task: Task, nowMs: number): number | undefined {
    if (this.#marks.size === 0) return undefined;
    const content = this.#mark(contentKey(task), nowMs)?.losses ?? 0;
    if (content >= contentLossesMax) return content;
    const key = documentKey(task);
    const document = key === undefined ? 0 : (this.#mark(key, nowMs)?.losses ?? 0);
    return document >= documentLossesMax ? document : undefined;
  }

  #mark(key: string, nowMs: number): Mark | undefined {
    const mark = this.#marks.get(key);
    return mark !== undefined && Math.abs(nowMs - mark.atMs) < rememberedMs ? mark : undefined;
  }
}

function contentKey({ model, prompt }: Task): string {
  return `content ${model} ${fingerprint(textOf(prompt))}`;
}

function documentKey({ class: name, model, supersedeKey }: Task): string | undefined {
  return name === 'completion' && supersedeKey !== undefined ? `document ${model} ${supersedeKey}` : undefined;
}

function textOf(prompt: Prompt): string {
  switch (prompt.kind) {
    case 'chat':
      return prompt.user;
    case 'infill': {
      const pieces = prompt.context?.pieces.map(({ path, text }) => `${path}\n${text}`) ?? [];
      return [...pieces, prompt.prefix, prompt.typed ?? '', prompt.suffix].join('\0');
    }
    default:
      return prompt satisfies never;
  }
}

/** FNV-1a over UTF-16 code units, from both ends, with the length: what is remembered of a text is not the text. */
function fingerprint(text: string): string {
  let forward = 2_166_136_261;
  let backward = forward;
  for (let index = 0; index < text.length; index += 1) {
    forward = Math.imul(forward ^ text.charCodeAt(index), 16_777_619);
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - index), 16_777_619);
  }
  return `${text.length} ${forward >>> 0} ${backward >>> 0}`;
}
