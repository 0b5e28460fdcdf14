/** What a replay is asked for and what it comes to, shared by the bench and its report. Types only. */
import type { LoadLevel, MachineName } from '../workloads.ts';
import type { Window } from './arrivals.ts';
import type { Cell, Played } from './cells.ts';
import type { ContenderName } from './contenders.ts';
import type { Summary } from './figures.ts';
import type { TraceName } from './loads.ts';

export interface Selection {
  readonly trace: TraceName;
  readonly machines: readonly MachineName[];
  readonly levels: readonly LoadLevel[];
  /** Instead of that of the level. */
  readonly load: number | undefined;
  readonly contenders: readonly ContenderName[];
  readonly window: Window;
  readonly seeds: readonly number[];
  readonly processes: number;
}

/** What a cell came to. */
export interface CellResult {
  readonly cell: Cell;
  readonly played: readonly Played[];
  /** In the order of the contenders. */
  readonly summaries: readonly Summary[];
  /** Of the promises that can be kept, mean over the seeds: nobody keeps more (bound.ts). */
  readonly bound: number;
}
