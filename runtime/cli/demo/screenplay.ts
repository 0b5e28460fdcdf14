/** What the person of the demo types, and what runs behind it meanwhile. Data about the files of media/sample. */
import type { TargetLanguage } from '../../protocol.ts';

export interface Scene {
  /** Of media/sample. */
  readonly file: string;
  /** A line of the file as the person wants it; it is taken out before the curtain and typed again. */
  readonly line: string;
  /** How much of it the person types before looking up at the suggestion. */
  readonly typed: string;
  /** Whether the person takes a suggestion that is what they want, or types on through it. */
  readonly takes: boolean;
}

export const scenes: readonly Scene[] = [
  { file: 'sum.js', line: '  for (let i = 0; i < arr.length; i++) {', typed: '  for (', takes: true },
  { file: 'sum.js', line: '  if (arr.length === 0) {', typed: '  if (', takes: true },
  { file: 'sum.js', line: "app.get('/', (req, res) => {", typed: "app.get('/', (req, res) ", takes: true },
  { file: 'Counter.java', line: '        this.count = count;', typed: '        this.', takes: true },
  { file: 'Counter.java', line: '        return count;', typed: '        return ', takes: false },
  { file: 'queue.go', line: '\titem := q.items[0]', typed: '\titem := ', takes: true },
  { file: 'people.py', line: 'if __name__ == "__main__":', typed: 'if __name__ ', takes: true },
];

export type Work = { readonly file: string } & (
  | { readonly kind: 'summarize' }
  | { readonly kind: 'translate'; readonly to: TargetLanguage }
);

/** Each list is gone through again and again, as long as the person types; one task of each runs at a time. */
export const summaries: readonly Work[] = [
  { kind: 'summarize', file: 'queue.go' },
  { kind: 'summarize', file: 'users.ts' },
  { kind: 'summarize', file: 'people.py' },
  { kind: 'summarize', file: 'sum.js' },
];

export const translations: readonly Work[] = [
  { kind: 'translate', file: 'Counter.java', to: 'typescript' },
  { kind: 'translate', file: 'Counter.java', to: 'go' },
  { kind: 'translate', file: 'Counter.java', to: 'python' },
];

export interface Pace {
  readonly keystrokeMs: number;
  /** How long the person waits for a suggestion before typing on. */
  readonly patienceMs: number;
  /** How long the person looks at a suggestion, and at what came of it. */
  readonly lookMs: number;
  /** Between two summaries, or two translations. */
  readonly restMs: number;
}

export const paces = {
  person: { keystrokeMs: 50, patienceMs: 2_500, lookMs: 550, restMs: 600 },
  quick: { keystrokeMs: 10, patienceMs: 20_000, lookMs: 30, restMs: 30 },
} as const satisfies Record<string, Pace>;
