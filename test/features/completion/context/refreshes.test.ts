/** Contexts that are asked for faster than they can be made. */
import { describe, expect, it } from 'vitest';
import type { DocumentReader } from '../../../../runtime/features/completion/context/reader.ts';
import { at, ContextWorld } from './world.ts';

describe('contexts that are asked for faster than they can be made', () => {
  it('when one is being made, then of all that wait for the same document one is made, for the last place', async () => {
    const asked: number[] = [];
    let go: () => void = () => undefined;
    const reader: DocumentReader = {
      read: async () => ({ pieces: [], outline: [] }),
      near: async (_, offset) => {
        asked.push(offset);
        if (asked.length === 1)
          await new Promise<void>((resolve) => {
            go = resolve;
          });
        return { names: [], imports: [], language: undefined };
      },
    };
    const world = new ContextWorld(reader);
    const [here, there] = [world.open('here.md', 'abcdefgh'), world.open('there.md', 'abcdefgh')];
    const first = world.contexts.refresh(here.uri, at(0, 0));
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const waiting = [1, 2, 3].map((character) => world.contexts.refresh(here.uri, at(0, character)));
    const elsewhere = world.contexts.refresh(there.uri, at(0, 7));
    expect(new Set(waiting).size).toBe(1);
    go();
    await Promise.all([first, ...waiting, elsewhere]);
    expect(asked).toEqual([0, 3, 7]);
    await world.contexts.refresh(here.uri, at(0, 5));
    expect(asked.at(-1)).toBe(5);
  });
});
