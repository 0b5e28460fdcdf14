/** What was removed, in one sentence that says the truth about memory and disk: a file that is loaded holds its space until it is let go. */
import { sentence, type Words } from '../core/sentence.ts';
import { sizeOf } from './size-words.ts';

/** What became of it in memory. `leaves`: it is on its way out. `answers`, `loads`: it leaves after that. */
export type InMemory = 'no' | 'leaves' | 'answers' | 'loads';

/** @param freedBytes on disk. */
export function removedSentence(name: string, freedBytes: number, inMemory: InMemory): Words {
  const size = sizeOf(freedBytes);
  switch (inMemory) {
    case 'no':
      return sentence('{0} is removed; {1} are free again.', name, size);
    case 'leaves':
      return sentence('{0} is removed and leaves memory; {1} on disk become free with that.', name, size);
    case 'answers':
      return sentence(
        '{0} is removed; it ends what it was asked for, then leaves memory, and {1} on disk become free.',
        name,
        size,
      );
    case 'loads':
      return sentence(
        '{0} is removed; it is being loaded, leaves memory after that, and {1} on disk become free.',
        name,
        size,
      );
    default:
      return inMemory satisfies never;
  }
}

/** Of a model that the user keeps elsewhere. `isThere`: its file is still where it was. */
export function forgottenSentence(name: string, file: string, isThere: boolean, inMemory: InMemory): Words {
  const forgotten = sentence(
    '{0} is forgotten; {1}',
    name,
    isThere ? sentence('its file stays at {0}', file) : sentence('there was no file any more at {0}', file),
  );
  switch (inMemory) {
    case 'no':
      return sentence('{0}.', forgotten);
    case 'leaves':
      return sentence('{0}, and it leaves memory.', forgotten);
    case 'answers':
      return sentence('{0}, and it leaves memory when it has ended what it was asked for.', forgotten);
    case 'loads':
      return sentence('{0}, and it leaves memory when its load has ended.', forgotten);
    default:
      return inMemory satisfies never;
  }
}
