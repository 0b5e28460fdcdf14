/** What was removed, in one sentence that says the truth about memory and disk: a file that is loaded holds its space until it is let go. */
import { sizeOf } from './size-words.ts';

/** What became of it in memory. `leaves`: it is on its way out. `answers`, `loads`: it leaves after that. */
export type InMemory = 'no' | 'leaves' | 'answers' | 'loads';

/** @param freedBytes on disk. */
export function removedSentence(name: string, freedBytes: number, inMemory: InMemory): string {
  const size = sizeOf(freedBytes);
  switch (inMemory) {
    case 'no':
      return `${name} is removed; ${size} are free again.`;
    case 'leaves':
      return `${name} is removed and leaves memory; ${size} on disk become free with that.`;
    case 'answers':
      return `${name} is removed; it ends what it was asked for, then leaves memory, and ${size} on disk become free.`;
    case 'loads':
      return `${name} is removed; it is being loaded, leaves memory after that, and ${size} on disk become free.`;
    default:
      return inMemory satisfies never;
  }
}

/** Of a model that the user keeps elsewhere. `isThere`: its file is still where it was. */
export function forgottenSentence(name: string, file: string, isThere: boolean, inMemory: InMemory): string {
  const forgotten = `${name} is forgotten; ${isThere ? `its file stays at ${file}` : `there was no file any more at ${file}`}`;
  switch (inMemory) {
    case 'no':
      return `${forgotten}.`;
    case 'leaves':
      return `${forgotten}, and it leaves memory.`;
    case 'answers':
      return `${forgotten}, and it leaves memory when it has ended what it was asked for.`;
    case 'loads':
      return `${forgotten}, and it leaves memory when its load has ended.`;
    default:
      return inMemory satisfies never;
  }
}
