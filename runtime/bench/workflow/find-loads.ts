/**
 * The load at which calls with a part of the deadline each attain half of the workflows' promises, and the best fixed number of sequences
 * there. On the tuning window and its seeds; the results stand in workload.ts as data. No contender of ours is asked.
 */
import { meanOf } from '../replay/figures.ts';
import { bisect } from '../replay/find-loads.ts';
import type { Traces } from '../replay/traces.ts';
import { type MachineName, replay } from '../workloads.ts';
import { type ContenderName, staticContender } from './contenders.ts';
import { type Cell, cellOf, loadOf, type Played, play } from './play.ts';
import { type StaticChoice, seeds } from './workload.ts';

/** The share of promises that is searched for, in %. */
const half = 50;

/** Workflows a minute. */
const ranges: Readonly<Record<MachineName, readonly [number, number]>> = { cpu: [1, 2.5], gpu: [4, 12] };

export interface Found {
  readonly perMinute: number;
  readonly attained: number;
  readonly best: StaticChoice & { readonly p95: number };
}

export function findLoad(
  traces: Traces,
  machine: MachineName,
  baseline: ContenderName,
  log: (line: string) => void,
): Found {
  const cellAt = (perMinute: number): Cell => ({ ...cellOf(machine, 'tuning'), perMinute });
  const attainedAt = (perMinute: number): number => {
    const cell = cellAt(perMinute);
    const attained = meanOf(
      seeds.tuning.map((seed) => play(loadOf(traces, cell, seed), cell, baseline, seed).attained),
    );
    log(`${machine} ${perMinute.toFixed(2)} a minute: ${baseline} attains ${attained.toFixed(1)} %`);
    return attained;
  };
  const perMinute = bisect(ranges[machine], half / 100, (at) => attainedAt(at) / 100);
  const best = bestStatic(traces, cellAt(perMinute));
  return { perMinute, attained: attainedAt(perMinute), best };
}

/** By the p95 of E2E, which is what it is compared by. */
function bestStatic(traces: Traces, cell: Cell): Found['best'] {
  const choices = replay.statics.sequences.flatMap((sequences) =>
    [false, true].map((parks): StaticChoice => ({ sequences, parks })),
  );
  const loads = seeds.tuning.slice(0, 4).map((seed) => ({ seed, load: loadOf(traces, cell, seed) }));
  const judged = choices.map((choice) => {
    const runs = loads.map(
      ({ seed, load }): Played => play(load, cell, 'static', seed, staticContender(cell.machine, choice)),
    );
    return { ...choice, p95: meanOf(runs.map(({ p95 }) => p95)) };
  });
  const [first, ...others] = judged;
  if (first === undefined) throw new Error('There is no setting of the comparator.');
  return others.reduce((least, next) => (next.p95 < least.p95 ? next : least), first);
}
