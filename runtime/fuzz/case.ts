/** What all targets of the fuzzer have in common: cases are made from a seed, run, and cut down until nothing more can be left out. */
import type { Random } from '../bench/random.ts';

/** What goes in: frames, messages, lines, or the bytes of one file. Everything is bytes, so that one minimiser serves all. */
export type Case = readonly Buffer[];

/** `crash`: an error that nobody caught, or one of a kind that its catcher does not know. */
export interface Failure {
  readonly kind: 'crash' | 'unanswered' | 'slow';
  readonly message: string;
}

export interface Target {
  readonly name: string;
  /** Of all cases, relative to the others. */
  readonly share: number;
  /** Whether leaving bytes out of a part can be tried, or whole parts only. */
  readonly cutsBytes: boolean;
  make(random: Random): Case;
  /** Undefined when all went as it should. Throws only when the fuzzer itself is wrong. */
  run(parts: Case): Promise<Failure | undefined>;
  close?(): Promise<void>;
}

/** What was left of a case that still fails is tried so often at most. */
const triesMax = 600;

/** Fewer parts, then fewer bytes of each, as long as the same kind of failure comes of it (ddmin of Zeller and Hildebrandt 2002, by halves). */
export async function minimised(target: Target, failing: Case, failure: Failure): Promise<Case> {
  let tries = 0;
  const fails = async (parts: Case): Promise<boolean> => {
    tries += 1;
    return tries <= triesMax && (await target.run(parts))?.kind === failure.kind;
  };
  // What fails only after other cases cannot be cut down by itself.
  if (!(await fails(failing))) return failing;
  let parts = await shortened(failing, fails);
  if (!target.cutsBytes) return parts;
  for (const [index] of parts.entries()) {
    const without = (bytes: readonly number[]): Case => parts.with(index, Buffer.from(bytes));
    const bytes = await shortened([...(parts[index] ?? [])], (left) => fails(without(left)));
    parts = without(bytes);
  }
  return parts;
}

async function shortened<T>(
  whole: readonly T[],
  fails: (left: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = whole;
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < left.length; ) {
      const without = [...left.slice(0, at), ...left.slice(at + size)];
      if (without.length > 0 && (await fails(without))) left = without;
      else at += size;
    }
  }
  return left;
}

const shownCharsMax = 2_000;

/** For a person who is to look into it. */
export function shownCase(parts: Case): string {
  const text = parts.map((part) => JSON.stringify(part.toString('latin1'))).join('\n');
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}… (${text.length} characters)` : text;
}
