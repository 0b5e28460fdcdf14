/** Which pins and times of single models are granted, and what is told of the others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  grantWishes,
  minutesOfOthers,
  noWishes,
  type ResidencyWishes,
  type WishedModel,
  type WishSources,
  wishProblems,
} from '../../runtime/models/wishes.ts';

const gb = 1e9;
const model = (name: string, gigabytes: number): WishedModel => ({
  id: `/models/${name}.gguf`,
  name,
  bytes: gigabytes * gb,
});
const small = model('small', 1);
const medium = model('medium', 4);
const large = model('large', 6);

function granted(wishes: Partial<ResidencyWishes>, more: Partial<WishSources> = {}) {
  return grantWishes({
    wishes: { ...noWishes, ...wishes },
    installed: [small, medium, large],
    isRead: true,
    downloadable: ['coder-7b'],
    completion: small.id,
    budgetBytes: 8 * gb,
    ...more,
  });
}

describe('pins', () => {
  it('when they fit together, then all are granted, by name or by path', () => {
    const { kept, refused } = granted({ pinned: ['medium', large.id] }, { budgetBytes: 11 * gb });
    expect([[...kept], refused.size]).toEqual([[medium.id, large.id], 0]);
  });

  it('when they do not, then the first ones are, beside the completion model, and it is said what is too much', () => {
    const { kept, refused } = granted({ pinned: ['medium', 'large'] });
    expect([...kept]).toEqual([medium.id]);
    expect([...refused]).toEqual([
      [
        large.id,
        'large is not pinned: it takes 6.0 GB beside small (completions, 1.0 GB) and medium (4.0 GB), and models may take 8.0 GB together; pin fewer models or raise punctual.memory.',
      ],
    ]);
  });

  it('when one does not fit, then a smaller one behind it is granted all the same', () => {
    const { kept, refused } = granted({ pinned: ['large', 'medium'] }, { budgetBytes: 6 * gb });
    expect([[...kept], [...refused.keys()]]).toEqual([[medium.id], [large.id]]);
    expect([
      ...granted({ pinned: ['large'] }, { budgetBytes: 5 * gb, completion: undefined }).refused.values(),
    ]).toEqual(['large is not pinned: it takes 6.0 GB, and models may take 5.0 GB together; raise punctual.memory.']);
  });

  it('when the completion model is pinned, then it takes no more than it does', () => {
    expect([...granted({ pinned: ['small', 'large'] }, { budgetBytes: 7 * gb }).kept]).toEqual([small.id, large.id]);
  });

  it('when memory was not read yet, then nothing speaks against a pin', () => {
    expect(granted({ pinned: ['medium', 'large'] }, { budgetBytes: undefined }).kept.size).toBe(2);
  });

  it('when several files go by the name, then each is meant', () => {
    const twin = { ...medium, id: '/mine/medium.gguf' };
    expect([...granted({ pinned: ['medium'] }, { installed: [medium, twin], budgetBytes: 9 * gb }).kept]).toEqual([
      medium.id,
      twin.id,
    ]);
  });

  it('when anything is pinned, then what is granted fits beside the completion model, and every pin is answered', () => {
    const models = fc.uniqueArray(
      fc.record({ name: fc.constantFrom(...'abcdef'), gigabytes: fc.integer({ min: 1, max: 9 }) }),
      {
        selector: ({ name }) => name,
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(
        models,
        fc.array(fc.constantFrom(...'abcdefg')),
        fc.integer({ min: 1, max: 30 }),
        (drawn, pinned, gigabytes) => {
          const installed = drawn.map(({ name, gigabytes: size }) => model(name, size));
          const completion = installed[0];
          const budgetBytes = gigabytes * gb;
          const { kept, refused, unknown } = granted(
            { pinned },
            { installed, completion: completion?.id, budgetBytes },
          );
          const staying = installed.filter((each) => kept.has(each.id) || (each === completion && kept.size > 0));
          if (kept.size > 1 || (kept.size === 1 && !kept.has(completion?.id ?? '')))
            expect(staying.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(budgetBytes);
          expect(kept.size + refused.size + unknown.length).toBe(new Set(pinned).size);
        },
      ),
    );
  });
});

describe('times of single models', () => {
  it('when models have times of their own, then the others have that of the star, else the usual one', () => {
    const unloadAfterMinutes = { medium: 5, [large.id]: 0, '*': 60 };
    expect([...granted({ unloadAfterMinutes }).minutes]).toEqual([
      [medium.id, 5],
      [large.id, 0],
    ]);
    expect([minutesOfOthers(unloadAfterMinutes), minutesOfOthers({ medium: 5 }), minutesOfOthers(7)]).toEqual([
      60, 30, 7,
    ]);
    expect(granted({ unloadAfterMinutes: 7 }).minutes.size).toBe(0);
  });
});

describe('names that lead nowhere', () => {
  it('when a name is written wrong, then it is told, with what may have been meant', () => {
    expect(
      wishProblems(granted({ pinned: ['mediun'], unloadAfterMinutes: { '/x/y.gguf': 1, 'coder-7b': 2 } })),
    ).toEqual([
      "punctual.residency pins 'mediun', and no model is called so (did you mean medium?): 'punctual models list' shows the names.",
      "punctual.residency gives a time to '/x/y.gguf', and no installed model has that path: import it, or correct the path.",
      "punctual.residency gives a time to 'coder-7b', which is not installed: it counts once it is.",
    ]);
  });

  it('when nobody has looked yet what there is, then nothing is told', () => {
    expect(wishProblems(granted({ pinned: ['mediun'] }, { isRead: false }))).toEqual([]);
  });
});
