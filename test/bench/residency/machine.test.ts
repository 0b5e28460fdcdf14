/** The parts of the simulated machine, each against what can be reckoned by hand. */
import { describe, expect, it } from 'vitest';
import type { Contender, ContenderSetup } from '../../../runtime/bench/residency/contender.ts';
import type { BenchDay, BenchTask } from '../../../runtime/bench/residency/day.ts';
import { Disk, loadMs } from '../../../runtime/bench/residency/disk.ts';
import { PageCache } from '../../../runtime/bench/residency/page-cache.ts';
import { simulate } from '../../../runtime/bench/residency/simulate.ts';
import { devices, type Role } from '../../../runtime/bench/residency/workloads.ts';
import type { Decision, ResidencyView } from '../../../runtime/core/residency/types.ts';

const gb = 1e9;

describe('the page cache', () => {
  it('when it is full, then the file that was not read for the longest time goes, and as a whole', () => {
    const cache = new PageCache(10 * gb);
    cache.add('a', 4 * gb);
    cache.add('b', 4 * gb);
    cache.touch('a');
    cache.add('c', 3 * gb);
    expect(['a', 'b', 'c'].map((file) => cache.cachedBytes(file) / gb)).toEqual([4, 0, 3]);
    expect(cache.usedBytes).toBe(7 * gb);
  });

  it('when a part is dropped on purpose, then the rest stays and serves', () => {
    const cache = new PageCache(10 * gb);
    cache.add('a', 6 * gb);
    cache.drop('a', 2 * gb);
    cache.add('b', 6 * gb);
    expect([cache.cachedBytes('a') / gb, cache.cachedBytes('b') / gb]).toEqual([4, 6]);
  });
});

describe('the disk', () => {
  /** Runs until the load is over. @returns after how many ms. */
  function loadedAfter(disk: Disk): number {
    let ms = 0;
    for (;;) {
      const step = disk.nextMs;
      ms += step;
      const { isLoaded, isRead } = disk.advance(step);
      if (isRead) disk.stopReading();
      if (isLoaded) return ms;
    }
  }

  it('when a file is cached, cold, or half of each, then a load takes 0.3 s and its bytes at 1 and at 0.3 GB/s', () => {
    for (const [cached, cold, seconds] of [
      [3, 0, 3.3],
      [0, 3, 10.3],
      [1.5, 1.5, 6.8],
    ] as const) {
      const disk = new Disk();
      disk.load('m', cached * gb, cold * gb, 0, 0);
      expect(loadedAfter(disk)).toBeCloseTo(1_000 * seconds, 3);
      expect(loadMs(cached * gb, cold * gb)).toBeCloseTo(1_000 * seconds, 3);
    }
  });

  it('when a reader shares the disk, then each has half of it for as long as both read', () => {
    const disk = new Disk();
    disk.load('m', 0, 0.3 * gb, 0, 0);
    disk.read('other', 0.24 * gb);
    // 0.3 s of start in which the reader has the disk and reads 0.09 GB; then 0.15 GB each in 1 s; then 0.15 GB alone in 0.5 s.
    expect(loadedAfter(disk)).toBeCloseTo(1_800, 3);
  });
});

/** Two summaries and a chat: the first loads 'summarize', the last one needs another model. */
function dayOf(...tasks: readonly (readonly [Role, number])[]): BenchDay {
  const [fleet = []] = devices['8gb'].fleets;
  const made = tasks.map(([role, arrivalMs], id): BenchTask => {
    const taskClass = role as 'summarize' | 'chat' | 'completion';
    const promise = taskClass === 'summarize' ? 'e2e' : 'ttft';
    const lengths = { promptTokens: 500, sharedTokens: 0, answerTokens: 80 };
    return { id, role, class: taskClass, arrivalMs, promise, deadlineMs: arrivalMs + 10_000, document: id, ...lengths };
  });
  return { fleet, tasks: made, signals: [] };
}

/** Does at each call what it is told to do. */
function scripted(decide: (view: ResidencyView) => readonly Decision[]): ContenderSetup {
  const contender: Contender = { use: () => {}, signal: () => {}, decide };
  return { make: () => contender, pinsCompletion: true, parks: false, reviewMs: 1_000 };
}

function load(model: string, evict: readonly string[] = [], isAhead = false): Decision {
  const plain = { isSmall: false, isAhead, downsize: [], sparesCache: false, why: 'It is a test.', factors: [] };
  return { kind: 'load', model, evict, ...plain };
}

function absentOf(view: ResidencyView): readonly string[] {
  return view.models.filter(({ state, waiting }) => state === 'absent' && waiting.length > 0).map(({ id }) => id);
}

describe('the simulated machine', () => {
  const isLoading = (view: ResidencyView): boolean => view.models.some(({ state }) => state === 'loading');
  const isReady = (view: ResidencyView, id: string): boolean =>
    view.models.some((model) => model.id === id && model.state === 'ready');
  const onDemand = (view: ResidencyView): readonly Decision[] =>
    isLoading(view)
      ? []
      : absentOf(view)
          .slice(0, 1)
          .map((id) => load(id));

  it('when a model is cold, then its first task waits for the load, and the next one does not', () => {
    const run = simulate({
      device: '8gb',
      day: dayOf(['summarize', 0], ['summarize', 60_000]),
      setup: scripted(onDemand),
    });
    const [first, second] = run.rows;
    // 0.3 s and 2.2 GB at 0.3 GB/s, then 500 tokens of a model of 2.2 GB.
    const prefillMs = 2 + (500 * 1_000 * 2.2) / 9_000;
    expect(first?.ttftMs).toBeCloseTo(300 + (1_000 * 2.2) / 0.3 + prefillMs, 3);
    expect(second?.ttftMs).toBeCloseTo(prefillMs, 3);
    expect(second?.e2eMs).toBeCloseTo(prefillMs + 80 * (2 + (1_000 * 2.2) / 250), 3);
    expect(run).toMatchObject({ loads: 1, evictions: 0, readAheadBytes: 0 });
    expect(run.loadMs).toBeCloseTo(300 + (1_000 * 2.2) / 0.3, 3);
  });

  it('when a resident model has work, then it does not wait for the load of another', () => {
    const day = dayOf(['completion', 0], ['summarize', 20_000], ['completion', 21_000]);
    const { rows } = simulate({ device: '8gb', day, setup: scripted(onDemand) });
    const during = rows.find(({ task }) => task.arrivalMs === 21_000);
    expect(during?.ttftMs).toBeLessThan(100);
  });

  it('when models are loaded ahead, then those that nobody used are counted, with the time that they took', () => {
    const day = dayOf(['completion', 0], ['summarize', 60_000], ['chat', 120_000]);
    const ahead = new Map([
      [20_000, 'summarize'],
      [80_000, 'translate'],
    ]);
    const run = simulate({
      device: '8gb',
      day,
      setup: scripted((view) => {
        if (isLoading(view)) return [];
        const [wanted] = absentOf(view);
        if (wanted === 'chat')
          return [
            load(
              wanted,
              ['summarize', 'translate'].filter((id) => isReady(view, id)),
            ),
          ];
        if (wanted !== undefined) return [load(wanted)];
        const [due] = [...ahead].find(([atMs]) => view.nowMs >= atMs) ?? [];
        const model = due === undefined ? undefined : ahead.get(due);
        if (due === undefined || model === undefined) return [];
        ahead.delete(due);
        return [load(model, model === 'translate' ? ['summarize'] : [], true)];
      }),
    });
    expect(run).toMatchObject({ loadsAhead: 2, loadsWasted: 1 });
    expect(run.wastedMs).toBeCloseTo(300 + (1_000 * 5.3) / 0.3, 3);
  });

  it('when a contender evicts what runs, what is pinned, or what is not there, then the run ends with its name', () => {
    const misuse = (evict: string) => () =>
      simulate({
        device: '8gb',
        day: dayOf(['completion', 0], ['summarize', 20_000], ['chat', 28_000]),
        setup: scripted((view) => {
          if (isLoading(view)) return [];
          const [id] = absentOf(view);
          return id === undefined ? [] : [load(id, id === 'chat' ? [evict] : [])];
        }),
      });
    expect(misuse('summarize')).toThrow('summarize is evicted while it is in use.');
    expect(misuse('completion')).toThrow('completion is evicted although it is pinned.');
    expect(misuse('nobody')).toThrow("There is no model 'nobody'.");
  });

  it('when a contender loads more than there is memory for, or never loads, then the run says so', () => {
    const day = dayOf(['summarize', 0], ['chat', 60_000]);
    expect(() => simulate({ device: '8gb', day, setup: scripted(onDemand) })).toThrow(/bytes are used of/);
    expect(() => simulate({ device: '8gb', day, setup: scripted(() => []) })).toThrow('2 tasks wait for ever.');
  });
});
