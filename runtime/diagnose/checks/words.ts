/** Figures and findings in words. Pure. */
import { type Sentence, sentence, type Words } from '../../core/sentence.ts';
import type { FindingSaid as Finding, WireTaskClass } from '../../protocol.ts';
import type { Facts } from '../facts.ts';

/** Reads recorded facts and says what follows from them: nothing, or one finding each. */
export type Check = (facts: Facts) => readonly Finding[];

export const ok = (id: string, title: Words, detail?: Words): Finding => ({
  ...{ id, level: 'ok', title },
  ...(detail !== undefined && { detail }),
});

type Rest = Pick<Finding, 'detail' | 'action'>;

export const note = (id: string, title: Words, rest: Rest = {}): Finding => ({ id, level: 'note', title, ...rest });

export const problem = (id: string, title: Words, rest: Rest = {}): Finding => ({
  ...{ id, level: 'problem', title },
  ...rest,
});

export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}

export function sizeOf(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

export const classWords: Readonly<Record<WireTaskClass, Sentence>> = {
  completion: sentence('completion'),
  summarize: sentence('summaries'),
  translate: sentence('translations'),
  generate: sentence('generated code'),
};
