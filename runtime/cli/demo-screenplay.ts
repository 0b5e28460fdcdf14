/** What the person in the demo types. Data; the model's part is not written here. */

export interface Beat {
  /** Typed key by key. */
  readonly type: string;
  /** What the person has in mind next: taken with Tab when the ghost text says just that, else typed. */
  readonly want?: string;
}

export interface Scene {
  /** A file of the sample folder. */
  readonly file: string;
  /** The lines, from 1, that are not written yet when the scene begins. */
  readonly missing: { readonly from: number; readonly to: number };
  readonly beats: readonly Beat[];
}

export const scenes: readonly Scene[] = [
  {
    file: 'sum.js',
    missing: { from: 3, to: 6 },
    beats: [
      { type: '  for (', want: 'let i = 0; i < arr.length; i++) {' },
      { type: '\n    total += arr[i];\n  }\n  return ', want: 'total;' },
      { type: '\n' },
    ],
  },
  {
    file: 'sum.js',
    missing: { from: 10, to: 13 },
    beats: [
      { type: '  if ', want: '(arr.length === 0) {' },
      { type: '\n    return 0;\n  }\n  return sum(arr) / ', want: 'arr.length;' },
      { type: '\n' },
    ],
  },
  {
    file: 'Counter.java',
    missing: { from: 8, to: 10 },
    beats: [
      { type: '    public void setCount(int ', want: 'count) {' },
      { type: '\n        this.', want: 'count = count;' },
      { type: '\n    }\n' },
    ],
  },
  {
    file: 'people.py',
    missing: { from: 27, to: 28 },
    beats: [{ type: 'if __name__ ', want: '== "__main__":' }, { type: '\n    print(count_people([], 0))\n' }],
  },
];

/** What runs behind the typing, over and over: these files of the sample. */
export const background = {
  summarize: ['people.py', 'users.ts', 'queue.go'],
  translate: ['sum.js', 'Counter.java'],
  translateTo: 'python',
} as const;

/** A quick typist: 45 to 100 ms between keys, the same at every showing. */
export function keyDelayMs(key: number): number {
  return 45 + ((key * 37) % 56);
}
