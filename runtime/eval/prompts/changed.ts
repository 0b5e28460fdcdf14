/** Prompts of a folder that somebody has changed, beside those that are shipped. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BadInput } from '../../bench/bench.ts';
import type { Prompts, TakenPrompt } from '../../features/prompts/library.ts';
import { type Prompt, PromptError, parsePrompt } from '../../features/prompts/prompt.ts';
import { type PromptTask, promptTasks } from '../../features/prompts/tasks.ts';

/** Whoever gives a feature its prompts. */
export type PromptSource = Pick<Prompts, 'take'>;

export class ChangedPrompts implements PromptSource {
  readonly #shipped: PromptSource;
  readonly #changed: ReadonlyMap<PromptTask, Prompt>;

  /** @param folder holds `<name>.md` for each prompt that was changed. @throws BadInput for one that cannot be used, or if there is none */
  constructor(shipped: PromptSource, folder: string) {
    this.#shipped = shipped;
    this.#changed = new Map(
      promptTasks.flatMap((task): [PromptTask, Prompt][] => {
        const prompt = readPrompt(path.join(folder, `${task}.md`), task);
        return prompt === undefined ? [] : [[task, prompt]];
      }),
    );
    if (this.#changed.size === 0)
      throw new BadInput(
        `--prompt-dir ${folder} has none of the prompts ${promptTasks.map((task) => `${task}.md`).join(', ')}.`,
      );
  }

  get tasks(): PromptTask[] {
    return [...this.#changed.keys()];
  }

  async take(task: PromptTask): Promise<TakenPrompt> {
    const prompt = this.#changed.get(task);
    return prompt === undefined ? this.#shipped.take(task) : { prompt };
  }
}

function readPrompt(file: string, task: PromptTask): Prompt | undefined {
  try {
    return parsePrompt(readFileSync(file, 'utf8'), task);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = error instanceof PromptError ? error.message : `it cannot be read (${code ?? String(error)})`;
    throw new BadInput(`--prompt-dir: the prompt ${file} cannot be used: ${why}.`);
  }
}
