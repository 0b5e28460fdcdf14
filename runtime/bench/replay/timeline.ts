/** A stretch of a run for the report: which sequence did what in every pass. Pure. */
import type { TaskId } from '../../core/task.ts';
import type { Lane, Mark, Span } from '../report/report.ts';
import type { Arrival, Load } from './arrivals.ts';
import type { OutcomeRow } from './score.ts';
import type { ReplayPass, ReplayRun } from './simulate.ts';

/** Virtual ms. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The middle of the run, when sessions come and go as they do on average. */
const middle: Stretch = { fromMs: 150_000, toMs: 180_000 };

/** What the timeline shows: the middle, or, where a small load leaves it empty, as much from the first pass on. */
export function shownStretch(passes: readonly Pick<ReplayPass, 'startMs' | 'endMs'>[]): Stretch {
  const [first] = passes;
  const isBusy = passes.some(({ startMs, endMs }) => endMs > middle.fromMs && startMs < middle.toMs);
  if (isBusy || first === undefined) return middle;
  return { fromMs: first.startMs, toMs: first.startMs + middle.toMs - middle.fromMs };
}

/** A task that took part in a pass of the stretch. */
interface Shown {
  readonly arrival: Arrival;
  readonly row: OutcomeRow;
  readonly passes: ReplayPass[];
}

/** As many lanes as tasks ran side by side; a task stays on the first lane that is free when its first pass begins. */
export function lanesOf(load: Load, { rows, passes }: ReplayRun, stretch: Stretch): Lane[] {
  const lanes: Shown[][] = [];
  for (const task of shownIn(load, rows, passes, stretch)) {
    const startMs = task.passes[0]?.startMs ?? 0;
    const free = lanes.find((lane) => (lane.at(-1)?.passes.at(-1)?.endMs ?? 0) <= startMs);
    if (free === undefined) lanes.push([task]);
    else free.push(task);
  }
  return lanes.map((tasks, place) => ({
    name: `sequence ${place + 1}`,
    spans: tasks.flatMap(spansOf),
    marks: tasks.flatMap((task) => marksOf(task, stretch)),
  }));
}

/** By their first pass. */
function shownIn(
  load: Load,
  rows: readonly OutcomeRow[],
  passes: readonly ReplayPass[],
  { fromMs, toMs }: Stretch,
): Shown[] {
  const arrivals = new Map(load.arrivals.map((arrival) => [arrival.id, arrival]));
  const outcomes = new Map(rows.map((row) => [row.id, row]));
  const shown = new Map<TaskId, Shown>();
  for (const pass of passes) {
    if (pass.endMs <= fromMs || pass.startMs >= toMs) continue;
    for (const id of pass.ids) {
      const arrival = arrivals.get(id);
      const row = outcomes.get(id);
      if (arrival === undefined || row === undefined) continue;
      const task = shown.get(id) ?? { arrival, row, passes: [] };
      task.passes.push(pass);
      shown.set(id, task);
    }
  }
  return [...shown.values()];
}

function spansOf({ arrival, passes }: Shown): Span[] {
  const task = arrival.id;
  return passes.flatMap(({ kind, startMs, endMs, tokens, ids }, place): Span[] => {
    const beforeMs = passes[place - 1]?.endMs ?? startMs;
    const pause: Span[] = beforeMs < startMs ? [{ activity: 'pause', startMs: beforeMs, endMs: startMs, task }] : [];
    return [...pause, { activity: kind, startMs, endMs, task, tokens: tokens / ids.length }];
  });
}

function marksOf({ arrival, row }: Shown, { fromMs, toMs }: Stretch): Mark[] {
  const { id: task, atMs, sla } = arrival;
  const { firstTokenMs, endMs, outcome } = row;
  const marks: Mark[] = [
    { event: 'arrival', atMs, task },
    { event: 'promise', atMs: atMs + sla.targetMs, task, note: `${sla.kind.toUpperCase()}` },
  ];
  if (firstTokenMs !== undefined) marks.push({ event: 'first token', atMs: firstTokenMs, task });
  if (endMs !== undefined && outcome !== 'unanswered') marks.push({ event: outcome, atMs: endMs, task });
  return marks.filter((mark) => mark.atMs >= fromMs && mark.atMs < toMs);
}
