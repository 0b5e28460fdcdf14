import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slaTargetMsLimit } from '../../runtime/core/task.ts';
import { isTaskError } from '../../runtime/features/tasks.ts';
import { slaTargetMsMax } from '../../runtime/protocol.ts';
import { embeddedFile, settingsOf, World } from './library-world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
  await world.look();
});
afterEach(() => world.end());

const choose = (settings: object = {}, role: 'completion' | 'summarize' = 'completion') =>
  world.registry.choose(role, settingsOf(settings));

describe('the choice of a model', () => {
  it('when nothing is installed, then it is the demonstration model, and it says so', () => {
    expect(choose()).toMatchObject({ id: embeddedFile, demo: true, chosen: false });
    expect(choose({ model: 'embedded' })).toMatchObject({ demo: true, chosen: true });
    expect(choose({ model: '/media/../media/demo.gguf' })).toMatchObject({ demo: true, chosen: true });
    expect(world.registry.specOf(embeddedFile)).toMatchObject({ threads: 1, contextTokens: 2_048 });
  });

  it('when a model is installed, then automatic means that one, loaded as it fits', async () => {
    const { path: file } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    expect(choose({ threads: 3 })).toMatchObject({ id: file, name: 'coder-7b', demo: false, chosen: false });
    expect(world.registry.specOf(file)).toMatchObject({ threads: 3, sequences: 8, contextTokens: 4_096, mmap: false });
    expect(world.registry.ownBytes(file)).toMatchObject({ host: expect.closeTo(6.8e9, -9), devices: 0 });
  });

  it('when a graphics card computes, then its memory decides on layers, and on sequences beyond the needed ones', async () => {
    const { path: file } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    const specWith = async (gigabytes: number, knowsDevices = true) => {
      const pool = { totalBytes: gigabytes * 1e9, freeBytes: gigabytes * 1e9, ownBytes: 0 };
      world.graphics = { backend: 'cuda', devices: knowsDevices ? [pool] : [], knowsDevices };
      await world.memory.refresh();
      choose();
      return world.registry.specOf(file);
    };
    expect(await specWith(24)).toMatchObject({ gpuLayers: 29, sequences: 16, contextTokens: 4_096, mmap: true });
    expect(world.registry.isUnified).toBe(false);
    expect(world.registry.budgetBytes()).toBeCloseTo(22.5e9, -8);
    expect(world.registry.ownBytes(file)).toMatchObject({ devices: expect.closeTo(8.2e9, -9) });
    expect(await specWith(12)).toMatchObject({ gpuLayers: 29, sequences: 8, contextTokens: 4_096 });
    const { gpuLayers = 0, sequences } = await specWith(4);
    expect(gpuLayers).toBeGreaterThan(10);
    expect(gpuLayers).toBeLessThan(29);
    expect(sequences).toBe(2);
    const untold = await specWith(4, false);
    expect(untold.gpuLayers, 'the engine knows better than a plan without its card').toBeUndefined();
  });

  it('when a card has no room and the processor computes, then the model still takes its share of what there is', async () => {
    const { path: file } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    world.graphics = { backend: 'cuda', devices: [{ totalBytes: 0.8e9, freeBytes: 0.8e9, ownBytes: 0 }] };
    await world.memory.refresh();
    choose();
    expect(world.registry.specOf(file)).toMatchObject({ gpuLayers: 0 });
    const budget = world.registry.budgetBytes() ?? 0;
    const { bytes, bytesSmall } = world.registry.sizesOf(file);
    expect(budget).toBeLessThan(1e9);
    // Some 6 of the 40 GB of RAM.
    expect(bytes / budget).toBeGreaterThan(0.1);
    expect(bytes / budget).toBeLessThan(0.25);
    expect(bytesSmall).toBeLessThan(bytes);
  });

  it('when the engine says what a load holds, then that counts, also after the next choice of it', async () => {
    const { path: file } = await world.store('coder-7b.gguf', 'Qwen2.5-Coder 7B');
    const pool = { totalBytes: 12e9, freeBytes: 12e9, ownBytes: 0 };
    world.graphics = { backend: 'cuda', devices: [pool] };
    await world.memory.refresh();
    choose();
    const { sequences } = world.registry.specOf(file);
    const predicted = world.registry.sizesOf(file);
    world.registry.holds(file, { heldBytes: predicted.bytes * 1.2, sequences: 1 });
    world.registry.holds(file, { sequences });
    expect(world.registry.sizesOf(file), 'of another size, or nothing was said').toEqual(predicted);
    world.registry.holds(file, { heldBytes: predicted.bytes * 1.2, sequences });
    choose({ threads: 7 });
    expect(world.registry.sizesOf(file).bytes).toBeCloseTo(predicted.bytes * 1.2, -3);
    expect(world.registry.sizesOf(file).bytesSmall).toBeCloseTo(predicted.bytesSmall * 1.2, -3);
    world.registry.holds(file, { heldBytes: 1, sequences });
    expect(world.registry.sizesOf(file).bytes).toBeCloseTo(predicted.bytes / 2, -3);
    world.graphics = { backend: 'cuda', devices: [{ ...pool, totalBytes: 24e9, freeBytes: 24e9 }] };
    await world.memory.refresh();
    choose();
    expect(world.registry.sizesOf(file).bytes, 'another load').toBeGreaterThan(predicted.bytes);
  });

  it('when a class has a model of its own, then the others keep the one for all', async () => {
    await world.store('small.gguf', 'Qwen2.5-Coder 0.5B');
    await world.store('large.gguf', 'Qwen2.5-Coder 7B');
    const settings = { model: 'large', models: { completion: 'small' } };
    expect(choose(settings)).toMatchObject({ name: 'small', chosen: true });
    expect(choose(settings, 'summarize')).toMatchObject({ name: 'large', chosen: true });
    expect(choose({ model: 'large', models: { summarize: 'auto' } }, 'summarize')).toMatchObject({ chosen: false });
  });

  it('when a path is named that nobody imported, then it is taken at once, and by what it says once that is known', async () => {
    const file = await world.file('here.gguf', 'Qwen2.5-Coder 0.5B', {
      serves: ['summarize', 'translate'],
      infill: undefined,
    });
    expect(choose({ model: file, threads: 2 })).toMatchObject({ id: file, name: 'here', chosen: true });
    await world.library.look(file);
    expect(choose({ model: file })).toMatchObject({
      message: expect.stringContaining('cannot serve completion, it serves only summarize'),
    });
    expect(choose({ model: file }, 'summarize')).toMatchObject({ id: file });
    expect(choose(), 'a path that was named once is not installed').toMatchObject({ demo: true });
  });

  it('when a file cannot be used, then it is never chosen, and who names it hears why', async () => {
    const { path: file } = await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B', {
      state: 'damaged',
      origin: 'downloaded',
    });
    expect(choose()).toMatchObject({ demo: true });
    for (const model of ['coder', file])
      expect(choose({ model })).toMatchObject({
        message: expect.stringMatching(/coder\.gguf is not as long as it was/),
      });
  });

  it('when no model of that name is there, then near names are suggested', async () => {
    await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    expect(choose({ model: 'codr' })).toMatchObject({
      code: 'modelUnavailable',
      message: "No model is called 'codr' (did you mean coder?): 'punctual models list --all' shows the names.",
    });
    expect(choose({ model: 'mellum-4' })).toMatchObject({ message: expect.stringContaining('did you mean mellum-4b') });
  });

  it('when two models have one name, then they are told apart by their paths', async () => {
    await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    const other = path.join(world.folder, 'elsewhere', 'coder.gguf');
    const [first = expect.unreachable()] = world.stored;
    const files = [{ path: other, bytes: 1 }];
    world.stored.push({ ...first, id: other, path: other, files, origin: 'remembered' });
    await world.look();
    // The other one cannot be used, so the name is clear.
    expect(world.library.at(other)?.problem).toMatch(/coder\.gguf is not a model/);
    expect(choose({ model: 'coder' })).toMatchObject({ name: 'coder' });
    await world.store('other/coder.gguf', 'Qwen2.5-Coder 0.5B');
    expect(choose({ model: 'coder' })).toMatchObject({
      message: expect.stringMatching(
        /^Several models are called 'coder': name one by its full path \(.*coder\.gguf, .*coder\.gguf\)/,
      ),
    });
  });

  it('when the budget is smaller than any model, then nobody serves, and it says what to do', async () => {
    await world.store('coder.gguf', 'Qwen2.5-Coder 7B');
    expect(choose({ memory: '1 GB' })).toMatchObject({
      message: expect.stringMatching(/No installed model .* fits into memory/),
    });
    expect(choose({ memory: '1 GB', model: 'embedded' })).toMatchObject({ demo: true });
    expect(choose({ memory: 'much' })).toMatchObject({
      message: "The setting punctual.memory is 'much': give 'auto', a size such as '6 GB', or a share such as '50%'.",
    });
  });

  it('when a model could not be loaded, then it is passed over until its file or the free memory changes, and never by name', async () => {
    const { path: large } = await world.store('large.gguf', 'Qwen2.5 3B');
    await world.store('small.gguf', 'Qwen2.5-Coder 0.5B');
    expect(choose()).toMatchObject({ name: 'large' });
    world.registry.loadEnded(large, false);
    expect(choose()).toMatchObject({ name: 'small' });
    expect(world.registry.explain('completion', settingsOf())).toMatchObject({
      because: expect.stringContaining('large would be chosen before it, but it could not be loaded'),
    });
    expect(choose({ model: 'large' })).toMatchObject({ id: large });
    world.registry.loadEnded(large, true);
    expect(choose()).toMatchObject({ name: 'large' });
    world.registry.loadEnded(large, false);
    world.freeBytes = 30e9;
    await world.memory.refresh();
    expect(choose()).toMatchObject({ name: 'large' });
    world.registry.loadEnded(large, false);
    await world.file('large.gguf', 'Qwen2.5 3B');
    await utimes(large, 1, 1);
    await world.look();
    expect(choose()).toMatchObject({ name: 'large' });
  });

  it('when memory becomes scarce, then a smaller model is chosen; when a little of it comes and goes, then not', async () => {
    await world.store('small.gguf', 'Qwen2.5-Coder 0.5B');
    await world.store('large.gguf', 'Qwen2.5 3B');
    const settings = settingsOf({});
    const chosen = (): unknown => world.registry.choose('summarize', settings);
    const before = chosen();
    expect(before).toMatchObject({ name: 'large' });
    world.freeBytes = 46e9;
    await world.memory.refresh();
    expect(chosen()).toBe(before);
    world.freeBytes = 10e9;
    await world.memory.refresh();
    expect(chosen()).toMatchObject({ name: 'small' });
  });

  it('when a model was found to be too slow, then the next choice is another one; a little slower changes nothing', async () => {
    await world.store('small.gguf', 'Qwen2.5-Coder 0.5B');
    await world.store('large.gguf', 'Qwen2.5 3B');
    const settings = settingsOf({});
    const chosen = (): unknown => world.registry.choose('completion', settings);
    world.ms.set('large.gguf', 450);
    world.registry.measured();
    expect(chosen()).toMatchObject({ name: 'large' });
    world.ms.set('large.gguf', 520);
    world.registry.measured();
    expect(chosen()).toMatchObject({ name: 'large' });
    world.ms.set('large.gguf', 2_000);
    world.registry.measured();
    expect(chosen()).toMatchObject({ name: 'small' });
  });

  it('when nothing has changed, then the choice is the same object, so that a keystroke pays nothing for it', async () => {
    await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    const settings = settingsOf({});
    const choice = world.registry.choose('completion', settings);
    await world.look();
    expect(world.registry.choose('completion', settings)).toBe(choice);
    await world.store('second.gguf', 'Qwen2.5 3B');
    expect(world.registry.choose('completion', settings)).not.toBe(choice);
  });

  it('when the file of a model is gone or damaged, then that is told; while the folder cannot be read, nothing is gone', async () => {
    const { path: file } = await world.store('coder.gguf', 'Qwen2.5-Coder 0.5B');
    choose();
    const isGone = (): boolean => world.registry.sizesOf(file).isGone;
    expect(isGone()).toBe(false);
    world.listProblem = new Error('the disk does not answer');
    await world.look();
    expect(isGone()).toBe(false);
    world.listProblem = undefined;
    const { stored } = world;
    world.stored = stored.map((each) => ({ ...each, state: 'damaged' }));
    await world.look();
    expect(isGone()).toBe(true);
    world.stored = [];
    await world.look();
    expect(isGone()).toBe(true);
    world.stored = stored;
    await world.look();
    expect(isGone()).toBe(false);
  });

  it('when two clients choose in turn, then the latest choice of each counts, also one that is known already', async () => {
    const { path: small } = await world.store('small.gguf', 'Qwen2.5-Coder 0.5B');
    const { path: large } = await world.store('large.gguf', 'Qwen2.5 3B');
    const [window, line] = [settingsOf(), settingsOf({ model: 'small' })];
    const factsOf = (id: string) => {
      const { isPinned, isNamed } = world.registry.sizesOf(id);
      return { isPinned, isNamed };
    };
    for (const settings of [window, line, window]) world.registry.choose('completion', settings);
    expect([factsOf(large).isPinned, factsOf(small).isPinned]).toEqual([true, false]);
    world.registry.choose('completion', settingsOf({ model: 'large' }));
    expect(factsOf(large)).toEqual({ isPinned: true, isNamed: true });
    world.registry.choose('completion', window);
    expect(factsOf(large)).toEqual({ isPinned: true, isNamed: false });
  });

  it('when the budget of the machine changes, then that holds at once, whoever has chosen by another one', () => {
    const whole = world.registry.budgetBytes() ?? 0;
    world.memorySetting = '2 GB';
    expect(world.registry.budgetBytes()).toBeCloseTo(2e9, -6);
    choose({ memory: '50 %' });
    expect(world.registry.budgetBytes()).toBeCloseTo(2e9, -6);
    world.memorySetting = 'auto';
    expect(world.registry.budgetBytes()).toBe(whole);
  });

  it('when one model too many is named, then it says what to do', async () => {
    const files = await Promise.all(
      Array.from({ length: 65 }, (_, index) => world.file(`m${index}.gguf`, 'Qwen2.5-Coder 0.5B')),
    );
    const choices = files.map((model) => choose({ model }));
    expect(choices.filter(isTaskError)).toMatchObject([{ message: expect.stringContaining('punctual stop') }]);
    expect(() => world.registry.specOf('/never/chosen.gguf')).toThrow('no model');
  });
});

it('when the wire and the core bound a promise, then they bound it alike', () => {
  expect(slaTargetMsLimit).toBe(slaTargetMsMax);
});
