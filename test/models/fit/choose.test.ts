/** Which load is chosen on which machine, and what is said about it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capacityOf, type MachineMemory, parseBudget, staysWithin } from '../../../runtime/models/fit/budget.ts';
import { fitModel } from '../../../runtime/models/fit/choose.ts';
import type { FitDecision, Fits, Wanted } from '../../../runtime/models/fit/decision.ts';
import type { LoadSettings } from '../../../runtime/models/fit/memory.ts';
import { modelOf } from './shapes.ts';

const gigabyte = 1e9;
const auto = { kind: 'auto' } as const;
const wanted: Wanted = { contexts: { completion: 4_096, summarize: 16_384, translate: 16_384 }, sequences: 4 };

function computer(ramGb: number, freeGb = ramGb): MachineMemory {
  return {
    backend: 'cpu',
    arch: 'x64',
    host: { totalBytes: ramGb * gigabyte, freeBytes: freeGb * gigabyte, ownBytes: 0 },
    devices: [],
    isUnified: false,
    engineRuns: true,
  };
}

function withCards(machine: MachineMemory, ...cardsGb: readonly number[]): MachineMemory {
  const pool = (gb: number) => ({ totalBytes: gb * gigabyte, freeBytes: gb * gigabyte, ownBytes: 0 });
  return { ...machine, backend: 'cuda', devices: cardsGb.map(pool) };
}

function mac(ramGb: number): MachineMemory {
  const machine = withCards(computer(ramGb), ramGb * 0.67);
  return { ...machine, backend: 'metal', arch: 'arm64', isUnified: true };
}

function chosen(decision: FitDecision): Fits {
  if (decision.kind !== 'fits') throw new Error(String(decision.message));
  return decision;
}

const small = modelOf('Qwen2.5-Coder 0.5B', 'Q8_0');
const seven = modelOf('Qwen2.5-Coder 7B', 'Q4_K_M');
const fourteen = modelOf('Qwen2.5 14B', 'Q4_K_M');
const thirtyTwo = modelOf('Qwen2.5-Coder 32B', 'Q8_0');

describe('the load that fits', () => {
  it('when the model was trained on less than is wanted, then its load has no more, and nothing was given up', () => {
    const short = { ...small, contextTokens: 2_048 };
    const machine = computer(16);
    const { settings, need, reduced, message } = chosen(fitModel('short', short, machine, auto, wanted));
    expect(settings).toMatchObject({ contextTokens: 2_048, sequences: 4 });
    expect(reduced).toEqual([]);
    expect(message).toContain('4 sequences of 2048 tokens');
    const asked: Wanted = { contexts: { completion: 2_048, summarize: 2_048, translate: 2_048 }, sequences: 4 };
    expect(need).toEqual(chosen(fitModel('short', small, machine, auto, asked)).need);
    const tiny = chosen(fitModel('tiny', { ...small, contextTokens: 512 }, machine, auto, wanted));
    expect(tiny.settings.contextTokens).toBe(512);
  });

  it('when there is plenty, then everything wanted is granted', () => {
    const { settings, reduced, message } = chosen(
      fitModel('Qwen 7B', seven, withCards(computer(32), 24), auto, wanted),
    );
    expect(settings).toEqual({ gpuLayers: 29, contextTokens: 16_384, sequences: 4, mmap: true });
    expect(reduced).toEqual([]);
    expect(message).toBe(
      'Qwen 7B takes 8.3 GB of the 22.5 GB of graphics memory that are free for models with 4 sequences of 16384 tokens.',
    );
  });

  it('when it is scarce, then background context goes first, then sequences, then layers', () => {
    const on = (cardGb: number): Fits =>
      chosen(fitModel('Qwen 7B', seven, withCards(computer(32), cardGb), auto, wanted));
    expect(on(8)).toMatchObject({
      settings: { gpuLayers: 29, sequences: 4, contextTokens: 8_192 },
      reduced: ['context'],
    });
    expect(on(6)).toMatchObject({
      settings: { gpuLayers: 29, contextTokens: 4_096 },
      reduced: ['context', 'sequences'],
    });
    const four = on(4);
    expect(four.settings).toMatchObject({ contextTokens: 4_096, sequences: 2 });
    expect(four.settings.gpuLayers).toBeGreaterThan(10);
    expect(four.reduced).toEqual(['context', 'sequences', 'layers']);
    expect(four.message).toContain('of its 29 layers stay on the CPU');
  });

  it('when a card has no room, then the CPU computes all', () => {
    const { settings, message } = chosen(fitModel('Qwen 7B', seven, withCards(computer(32), 0.6), auto, wanted));
    expect(settings.gpuLayers).toBe(0);
    expect(message).toContain('the CPU computes all of it');
  });

  it('when weights are repacked, then the file is not mapped on a CPU, and is otherwise', () => {
    expect(chosen(fitModel('m', seven, computer(32), auto, wanted)).settings.mmap).toBe(false);
    expect(chosen(fitModel('m', small, computer(32), auto, wanted)).settings.mmap).toBe(true);
    expect(chosen(fitModel('m', seven, computer(32), auto, { ...wanted, mmap: true })).settings.mmap).toBe(true);
    expect(chosen(fitModel('m', seven, withCards(computer(32), 24), auto, wanted)).settings.mmap).toBe(true);
  });

  it('when memory is unified, then there is one pool, and RAM in use counts against it', () => {
    const { message } = chosen(fitModel('Qwen 7B', seven, mac(16), auto, wanted));
    expect(message).toContain('of shared memory');
    const busy = { ...mac(16), host: { ...mac(16).host, freeBytes: 5 * gigabyte } };
    expect(fitModel('Qwen 7B', seven, busy, auto, wanted).kind).toBe('tooLarge');
  });

  it('when there are two cards, then each holds its share', () => {
    const machine = withCards(computer(64), 24, 12);
    const { settings, need } = chosen(fitModel('Qwen 32B', thirtyTwo, withCards(computer(64), 24, 16), auto, wanted));
    expect(settings.gpuLayers).toBe(65);
    expect(need.devices.map(({ weightBytes }) => weightBytes > 10 * gigabyte)).toEqual([true, true]);
    const less = chosen(fitModel('Qwen 32B', thirtyTwo, machine, auto, wanted));
    expect(less.settings.gpuLayers).toBeLessThan(65);
    expect(less.message).toContain('graphics memory of 2 devices');
  });
});

describe('what does not fit', () => {
  it('when a model is too large, then it says what it would need and which one fits', () => {
    const alternatives = [
      { name: 'Qwen 14B', model: fourteen },
      { name: 'Qwen 7B', model: seven },
      { name: 'Qwen 0.5B', model: small },
    ];
    const decision = fitModel('Qwen 32B', thirtyTwo, computer(16, 12), auto, wanted, alternatives);
    expect(decision).toMatchObject({ kind: 'tooLarge', smaller: 'Qwen 7B' });
    expect(decision.message).toMatch(
      /^Qwen 32B does not fit: it would need 3\d\.\d GB of RAM, and 10\.0 GB are free for models; Qwen 7B fits\.$/,
    );
  });

  it('when only the size of an alternative is known, then the size decides', () => {
    const sized = [
      { name: 'large', model: { fileBytes: 20 * gigabyte } },
      { name: 'small', model: { fileBytes: 2 * gigabyte } },
    ];
    expect(fitModel('Qwen 32B', thirtyTwo, computer(16), auto, wanted, sized)).toMatchObject({ smaller: 'small' });
  });

  it('when nothing fits, then it says what to do', () => {
    const { message } = fitModel('Qwen 0.5B', small, computer(4, 1), auto, wanted, [{ name: 'x', model: small }]);
    expect(message).toContain('; close other programs, raise the memory budget, or choose a much smaller model.');
  });

  it('when little is free, then the sentence does not round it to nothing', () => {
    const { message } = fitModel('Qwen 0.5B', small, computer(4, 1.65), auto, wanted);
    expect(message).toContain('and 39.4 MB are free for models');
  });

  it('when more is needed than there is, then the sentence does not say the opposite', () => {
    const decision = fitModel('Qwen 7B', seven, withCards(computer(6, 4), 2), auto, wanted);
    if (decision.kind !== 'tooLarge') throw new Error('it should not fit');
    expect(decision.neededBytes).toBeGreaterThan(decision.availableBytes);
  });
});

describe('what is free', () => {
  it('when the driver and our books disagree, then the smaller counts', () => {
    const pool = { totalBytes: 8 * gigabyte, freeBytes: 7 * gigabyte, ownBytes: 0 };
    const machine = (device: Partial<typeof pool>): MachineMemory => ({
      ...computer(32),
      backend: 'cuda',
      devices: [{ ...pool, ...device }],
    });
    const free = (device: Partial<typeof pool>): number => capacityOf(machine(device), auto).devices[0] ?? 0;
    expect(free({ ownBytes: 3 * gigabyte })).toBe(free({ freeBytes: 5 * gigabyte }));
    expect(free({ ownBytes: 0.5 * gigabyte })).toBe(free({}));
  });

  it('when RAM is asked for, then a margin stays, whatever the budget says', () => {
    const greedy = { kind: 'percent', percent: 100 } as const;
    expect(capacityOf(computer(8), greedy).host).toBeLessThanOrEqual(8 * gigabyte - 1.5 * 2 ** 30);
    expect(capacityOf(computer(64), auto).host).toBe(56 * gigabyte);
  });

  it('when a budget is set, then all models together stay within it', () => {
    const machine = withCards(computer(32), 24);
    const six = { kind: 'bytes', bytes: 6 * gigabyte } as const;
    expect(capacityOf(machine, six).devices).toEqual([6 * gigabyte]);
    const used = { ...machine, devices: machine.devices.map((device) => ({ ...device, ownBytes: 4 * gigabyte })) };
    expect(capacityOf(used, six).devices).toEqual([2 * gigabyte]);
    expect(capacityOf(machine, { kind: 'percent', percent: 50 }).devices).toEqual([12 * gigabyte]);
  });

  it('when the engine does not run yet, then room is left for the process itself', () => {
    const asleep = { ...computer(16), engineRuns: false };
    expect(capacityOf(computer(16), auto).host - capacityOf(asleep, auto).host).toBe(91 * 2 ** 20);
  });

  it.each([
    ['auto', { kind: 'auto' }],
    ['75%', { kind: 'percent', percent: 75 }],
    ['6 GB', { kind: 'bytes', bytes: 6e9 }],
    ['6GiB', { kind: 'bytes', bytes: 6 * 2 ** 30 }],
    ['1.5g', { kind: 'bytes', bytes: 1.5e9 }],
    ['512MB', { kind: 'bytes', bytes: 512e6 }],
    ['4000000000', { kind: 'bytes', bytes: 4e9 }],
    ['0%', undefined],
    ['120%', undefined],
    ['-1', undefined],
    ['much', undefined],
    ['', undefined],
  ] as const)('when the setting says %j, then it means %j', (text, budget) => {
    expect(parseBudget(text)).toEqual(budget);
  });
});

describe('any machine', () => {
  const models = [small, seven, modelOf('Gemma 2 2B', 'Q4_0')];
  const gb = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const machines = fc.record({
    model: fc.constantFrom(...models),
    ram: gb(40),
    cards: fc.array(gb(26), { maxLength: 2 }),
    isUnified: fc.boolean(),
    wanted: fc.record({
      contexts: fc.record({
        completion: fc.integer({ min: 512, max: 8_192 }),
        summarize: fc.integer({ min: 512, max: 40_000 }),
      }),
      sequences: fc.integer({ min: 1, max: 8 }),
    }),
  });

  function machineOf(ram: number, cards: readonly number[], isUnified: boolean): MachineMemory {
    const machine = cards.length === 0 ? computer(ram) : withCards(computer(ram), ...cards);
    return { ...machine, isUnified: isUnified && cards.length > 0 };
  }

  /** The order of preference: not below the completions' context and two sequences, then layers, sequences, context. */
  function rank(
    { gpuLayers, sequences, contextTokens }: LoadSettings,
    { contexts, sequences: most }: Wanted,
  ): number[] {
    const bare = contextTokens < (contexts.completion ?? 0) || sequences < Math.min(2, most);
    return [bare ? 0 : 1, gpuLayers, sequences, contextTokens];
  }

  function isBefore(a: readonly number[], b: readonly number[]): boolean {
    const index = a.findIndex((value, at) => value !== b[at]);
    return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0);
  }

  it('when something is chosen, then it never exceeds the budget', () => {
    fc.assert(
      fc.property(machines, ({ model, ram, cards, isUnified, wanted: asked }) => {
        const machine = machineOf(ram, cards, isUnified);
        const decision = fitModel('m', model, machine, auto, asked);
        if (decision.kind === 'fits') expect(staysWithin(decision.need, capacityOf(machine, auto))).toBe(true);
        else expect(decision.neededBytes).toBeGreaterThan(decision.availableBytes);
      }),
      { numRuns: 150 },
    );
  });

  it('when there is more memory, then the choice is never smaller', () => {
    fc.assert(
      fc.property(machines, gb(20), ({ model, ram, cards, isUnified, wanted: asked }, more) => {
        const before = fitModel('m', model, machineOf(ram, cards, isUnified), auto, asked);
        // Two cards keep their proportions, because layers are dealt out by them.
        const factor = 1 + more / 10;
        const after = fitModel(
          'm',
          model,
          machineOf(
            ram * factor,
            cards.map((card) => card * factor),
            isUnified,
          ),
          auto,
          asked,
        );
        if (before.kind === 'tooLarge') return;
        expect(after.kind).toBe('fits');
        if (after.kind === 'fits')
          expect(isBefore(rank(after.settings, asked), rank(before.settings, asked))).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('when the budget is larger, then the choice is never smaller', () => {
    fc.assert(
      fc.property(machines, gb(30), gb(20), ({ model, ram, cards, isUnified, wanted: asked }, budgetGb, more) => {
        const machine = machineOf(ram, cards, isUnified);
        const within = (amount: number): FitDecision =>
          fitModel('m', model, machine, { kind: 'bytes', bytes: amount * gigabyte }, asked);
        const [before, after] = [within(budgetGb), within(budgetGb + more)];
        if (before.kind === 'tooLarge') return;
        expect(after.kind).toBe('fits');
        if (after.kind === 'fits')
          expect(isBefore(rank(after.settings, asked), rank(before.settings, asked))).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
