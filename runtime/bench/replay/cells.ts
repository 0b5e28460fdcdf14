/** One cell of the replay: a machine at a load, every contender on the same seeds. Pure but for the traces that are passed in. */
import { costsOf } from '../../engine/simulated-model.ts';
import { type LoadLevel, type MachineName, machines, replay } from '../workloads.ts';
import type { Load, Window } from './arrivals.ts';
import { type ContenderName, contenderOf } from './contenders.ts';
import { replayLoad, type TraceName } from './loads.ts';
import { type RunScore, scoreRun } from './score.ts';
import { type BusyKind, busyKinds, simulate } from './simulate.ts';
import type { Traces } from './traces.ts';

export interface Cell {
  readonly trace: TraceName;
  readonly machine: MachineName;
  /** Where the comparator keeps half, or most; which of its settings it plays in. */
  readonly level: LoadLevel;
  /** Editing sessions at a time; what the level says unless somebody asked for another. */
  readonly load: number;
  readonly window: Window;
}

/** One run of one contender. */
export interface Played {
  readonly contender: ContenderName;
  readonly seed: number;
  readonly score: RunScore;
  /** Of the time until the last answer, what the device spent on it. */
  readonly deviceShares: Readonly<Record<BusyKind, number>>;
  /** Mean length of the prompts of completions that are promises, over that of the whole ones. */
  readonly promptShare: number;
}

export function loadOfLevel(trace: TraceName, machine: MachineName, level: LoadLevel): number {
  return replay.loads[trace][machine][level].load;
}

/** By seed, then in the order of the names. */
export function play(
  traces: Traces,
  cell: Cell,
  names: readonly ContenderName[],
  seeds: readonly number[],
): readonly Played[] {
  return seeds.flatMap((seed) => {
    const load = replayLoad(traces, { ...cell, seed });
    return names.map((name) => playOne(cell, load, name, seed));
  });
}

/** @param load that of the cell and the seed. */
export function playOne(cell: Cell, load: Load, name: ContenderName, seed: number): Played {
  const contender = contenderOf(name, cell);
  const { rows, busyMs, endMs, promptShare } = simulate({ ...contender, load });
  const shares = busyKinds.map((kind) => [kind, busyMs[kind] / endMs] as const);
  return {
    contender: name,
    seed,
    score: scoreRun(load, rows, costsOf(machines[cell.machine].model.costs)),
    deviceShares: Object.fromEntries(shares) as Record<BusyKind, number>,
    promptShare,
  };
}
