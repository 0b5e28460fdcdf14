/** The tasks that have a prompt of their own, and what each prompt is given. */

interface Slots {
  /** A prompt without these would ask about nothing. */
  readonly needs: readonly string[];
  readonly may: readonly string[];
}

/** Code and lists come as they are to stand in the prompt: code in a fence, lists by lines. What there is nothing to say of is empty. */
export const promptSlots = {
  summarize: { needs: ['code'], may: ['name'] },
  'summarize-part': { needs: ['code'], may: ['name', 'part', 'parts', 'within', 'sentences'] },
  'summarize-merge': { needs: ['summaries'], may: ['name'] },
  'commit-message': { needs: ['change'], may: ['name'] },
  explain: { needs: ['code'], may: ['name'] },
  'commit-part': { needs: ['change'], may: ['name', 'part', 'parts', 'sentences'] },
  'doc-comment': { needs: ['code'], may: ['language', 'name'] },
  translate: { needs: ['code', 'target'], may: ['source'] },
  'translate-part': {
    needs: ['code', 'target'],
    may: ['source', 'part', 'parts', 'within', 'imports', 'translated', 'elsewhere'],
  },
  generate: { needs: ['instruction', 'before'], may: ['language', 'name', 'others', 'selected', 'after'] },
  'translate-repair': { needs: ['code'], may: ['target', 'problems'] },
} as const satisfies Readonly<Record<string, Slots>>;

export type PromptTask = keyof typeof promptSlots;

export const promptTasks = Object.keys(promptSlots) as PromptTask[];

export function slotsOf(task: PromptTask): Slots {
  return promptSlots[task];
}
