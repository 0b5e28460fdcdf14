import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Queue } from '../../runtime/core/queue.ts';

describe('the waiting set', () => {
  it('when items are added and removed in any order, then it holds what a sorted list would', () => {
    const operations = fc.array(fc.tuple(fc.boolean(), fc.nat(30), fc.nat(10)), { maxLength: 200 });
    fc.assert(
      fc.property(operations, (list) => {
        const queue = new Queue<{ id: string; rank: number }>(20);
        let model: { id: string; rank: number }[] = [];
        for (const [isAdd, key, rank] of list) {
          const id = `i${key}`;
          if (!isAdd) {
            expect(queue.remove(id)?.id).toBe(model.find((item) => item.id === id)?.id);
            model = model.filter((item) => item.id !== id);
          } else if (!queue.isFull && !queue.has(id)) {
            queue.add({ id, rank });
            model.push({ id, rank });
          }
          const sorted = model
            .map((item, place) => ({ item, place }))
            .sort((a, b) => a.item.rank - b.item.rank || a.place - b.place);
          expect(queue.inOrder()).toEqual(sorted.map(({ item }) => item));
        }
      }),
    );
  });

  it('when it is full or has the id, then adding is refused', () => {
    const queue = new Queue<{ id: string; rank: number }>(1);
    queue.add({ id: 'a', rank: 1 });
    expect(() => queue.add({ id: 'b', rank: 1 })).toThrow('1 items at most');
    expect(queue.remove('a')).toEqual({ id: 'a', rank: 1 });
    expect(queue.remove('a')).toBeUndefined();
  });
});
