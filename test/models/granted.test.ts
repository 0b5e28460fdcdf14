/** The user's wishes about single models over a real library and memory: what is granted follows what is installed, chosen and free. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsOf, World } from './library-world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const pin = (...pinned: string[]): void => {
  world.wishes = { pinned, unloadAfterMinutes: { 'coder-7b': 5, '*': 60 } };
};

describe('pins over what is installed', () => {
  it('when nobody has looked yet what there is, then no name is called unknown; after that it is, until it comes', async () => {
    pin('coder-7b');
    expect(world.registry.wishes.unknown).toEqual([]);
    await world.look();
    expect(world.registry.wishes.unknown).toHaveLength(2);
    const { path: file } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    expect(world.registry.wishes).toMatchObject({ unknown: [], kept: new Set([file]), minutes: new Map([[file, 5]]) });
    expect(world.registry.pinOf(file)).toBe('user');
  });

  it('when a pinned model was chosen, then residency is told so with its sizes, and of the completion model that it is that', async () => {
    const { path: large } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    const { path: small } = await world.store('small.gguf', 'Qwen2.5-Coder 0.5B');
    pin('coder-7b', 'small');
    const settings = settingsOf({ model: 'coder-7b', models: { completion: 'small' } });
    for (const role of ['summarize', 'completion'] as const) world.registry.choose(role, settings);
    expect(world.registry.sizesOf(large)).toMatchObject({ isKept: true, isPinned: false, unloadAfterMinutes: 5 });
    expect(world.registry.sizesOf(small)).toMatchObject({
      isKept: true,
      isPinned: true,
      unloadAfterMinutes: undefined,
    });
    expect([world.registry.pinOf(large), world.registry.pinOf(small)]).toEqual(['user', 'completion']);
    expect(world.registry.describe(large)).toMatchObject({ pinned: 'user' });
  });

  it('when memory becomes less, or a load turns out larger, then a pin that fitted is none any more, and the sentence says why', async () => {
    const { path: file } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    pin('coder-7b');
    world.registry.choose('summarize', settingsOf());
    expect(world.registry.wishes.kept.has(file)).toBe(true);
    world.memorySetting = '3 GB';
    expect(world.registry.wishes.kept.has(file)).toBe(false);
    expect(world.registry.wishes.refused.get(file)).toContain(
      'models may take 3.0 GB together; raise punctual.memory.',
    );
    world.memorySetting = '8 GB';
    expect(world.registry.wishes.refused.size).toBe(0);
    const { sequences } = world.registry.specOf(file);
    world.registry.holds(file, { heldBytes: 2 * world.registry.sizesOf(file).bytes, sequences });
    expect(world.registry.wishes.refused.has(file), 'it holds more than was predicted').toBe(true);
  });

  it('when nothing has changed, then it is not worked out anew', async () => {
    await world.look();
    pin('coder-7b');
    expect(world.registry.wishes).toBe(world.registry.wishes);
  });
});
