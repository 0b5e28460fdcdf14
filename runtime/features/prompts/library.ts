/**
 * The prompts that count: those that were shipped, and in their place those of a workspace whose user trusts it. A workspace's prompt
 * that cannot be used is said so, and the shipped one counts.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { sentence, type Words } from '../../core/sentence.ts';
import { FeatureError } from '../errors.ts';
import { type Prompt, PromptError, parsePrompt } from './prompt.ts';
import type { PromptTask } from './tasks.ts';

/** Of a workspace, in which its prompts are looked for: `.punctual/prompts/translate.md`. */
const overrideFolder = path.join('.punctual', 'prompts');

/** A prompt is a page of text; what is larger is something else. */
const fileBytesMax = 16 * 1024;

export interface TakenPrompt {
  readonly prompt: Prompt;
  /** One sentence, when the workspace has a prompt that cannot be used. */
  readonly problem?: Words;
}

export class Prompts {
  readonly #folder: string;
  readonly #shipped = new Map<PromptTask, Promise<Prompt>>();

  /** `folder` holds one `<task>.md` each: `media/prompts`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param workspace the absolute path of a folder that the user trusts. Its prompts are read anew each time, so that an edit counts.
   * @throws FeatureError when the shipped one is damaged.
   */
  async take(task: PromptTask, workspace?: string): Promise<TakenPrompt> {
    if (workspace !== undefined) {
      try {
        const prompt = await workspacePrompt(task, workspace);
        if (prompt !== undefined) return { prompt };
      } catch (error) {
        const problem = sentence(
          "The workspace's own prompt {0} is not used: {1}.",
          path.join(overrideFolder, `${task}.md`),
          reasonOf(error),
        );
        return { prompt: await this.#own(task), problem };
      }
    }
    return { prompt: await this.#own(task) };
  }

  #own(task: PromptTask): Promise<Prompt> {
    const known = this.#shipped.get(task);
    if (known !== undefined) return known;
    const reading = this.#read(task);
    this.#shipped.set(task, reading);
    reading.catch(() => this.#shipped.delete(task));
    return reading;
  }

  async #read(task: PromptTask): Promise<Prompt> {
    const file = path.join(this.#folder, `${task}.md`);
    try {
      return parsePrompt(await readFile(file, 'utf8'), task);
    } catch (error) {
      const message = sentence(
        'The prompt {0} cannot be used ({1}): install Punctual once more.',
        file,
        reasonOf(error),
      );
      throw new FeatureError('taskFailed', message);
    }
  }
}

/** Undefined when the workspace has none. @throws PromptError for one that must not or cannot be read */
async function workspacePrompt(task: PromptTask, workspace: string): Promise<Prompt | undefined> {
  if (!path.isAbsolute(workspace)) throw new PromptError(sentence('the path of the workspace is not absolute'));
  const file = await realpath(path.join(workspace, overrideFolder, `${task}.md`)).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  // A link must not lead out of what the user trusts.
  const inside = path.relative(await realpath(workspace), file);
  if (inside.startsWith('..') || path.isAbsolute(inside))
    throw new PromptError(sentence('it lies outside of the workspace'));
  return parsePrompt(await readBounded(file), task);
}

/** Looked at before it is opened: to open a pipe is to wait for its writer. */
async function readBounded(file: string): Promise<string> {
  const stats = await stat(file);
  if (!stats.isFile()) throw new PromptError(sentence('it is not a file'));
  if (stats.size > fileBytesMax)
    throw new PromptError(sentence('it has {0} bytes, and at most {1} are read', stats.size, fileBytesMax));
  return readFile(file, 'utf8');
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function reasonOf(error: unknown): Words {
  if (error instanceof PromptError) return error.words;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return sentence('it cannot be read ({0})', code ?? String(error));
}
