/**
 * Cells over several processes: each plays one seed of one cell after the other, and the results come back in the order asked for. A
 * child ends when its parent does, after the run that it is at.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { tidyOnSignals } from '../signals.ts';
import { type Cell, type Played, playOne } from './cells.ts';
import type { ContenderName } from './contenders.ts';
import { replayLoad } from './loads.ts';
import { readTraces, type Traces } from './traces.ts';

export interface Job {
  readonly cell: Cell;
  readonly contenders: readonly ContenderName[];
  readonly seed: number;
}

interface Question {
  readonly job: Job;
  readonly place: number;
}

/** From a child: one run of a job is over, or all of them. */
type Report =
  | { readonly kind: 'run' }
  | { readonly kind: 'job'; readonly place: number; readonly played: readonly Played[] };

/** What a child is started with, after the name of the bench. */
const workerArgument = '--worker';

/** How many runs jobs are. */
export function runsOf(jobs: readonly Job[]): number {
  return jobs.reduce((sum, { contenders }) => sum + contenders.length, 0);
}

/**
 * @param processes 1: all in this one. More: so many children of the running program.
 * @param onRun after each contender of each job.
 */
export async function playJobs(jobs: readonly Job[], processes: number, onRun: () => void): Promise<Played[]> {
  if (processes > 1) return (await inChildren(jobs, processes, onRun)).flat();
  const traces = readTraces();
  const played: Played[] = [];
  for (const job of jobs) played.push(...(await playJob(traces, job, onRun)));
  return played;
}

/** The event loop turns after each run, so that signals and the end of the parent are seen. */
async function playJob(traces: Traces, { cell, contenders, seed }: Job, onRun: () => void): Promise<Played[]> {
  const load = replayLoad(traces, { ...cell, seed });
  const played: Played[] = [];
  for (const name of contenders) {
    played.push(playOne(cell, load, name, seed));
    onRun();
    await nextTurn();
  }
  return played;
}

async function inChildren(jobs: readonly Job[], processes: number, onRun: () => void): Promise<Played[][]> {
  const results: Played[][] = jobs.map(() => []);
  const waiting = jobs.map((job, place): Question => ({ job, place })).reverse();
  const children = Array.from({ length: Math.min(processes, jobs.length) }, newChild);
  const isOver = tidyOnSignals(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  try {
    await Promise.all(
      children.map(async (child) => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
          results[next.place] = [...(await asked(child, next, onRun))];
      }),
    );
  } finally {
    isOver();
    for (const child of children) if (child.connected) child.disconnect();
  }
  return results;
}

function newChild(): ChildProcess {
  const [, program = ''] = process.argv;
  // Advanced serialization keeps NaN, which JSON does not.
  return fork(program, ['replay', workerArgument, 'yes'], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function asked(child: ChildProcess, question: Question, onRun: () => void): Promise<readonly Played[]> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`A process that played the replay ended with ${code ?? 'a signal'}.`));
    const onMessage = (message: unknown): void => {
      const report = message as Report;
      if (report.kind === 'run') return onRun();
      child.off('exit', onExit);
      child.off('message', onMessage);
      resolve(report.played);
    };
    child.once('exit', onExit);
    child.on('message', onMessage);
    // One that has ended already says so by its exit.
    child.send(question, () => undefined);
  });
}

/** The child's side: plays what it is asked to until its parent lets it go or ends. Does not return. */
export function serveJobs(): Promise<never> {
  const traces = readTraces();
  // Nobody is left to be told that there is nobody left.
  const tell = (report: Report): void => void process.send?.(report, undefined, {}, () => undefined);
  process.on('message', ({ job, place }: Question) => {
    void playJob(traces, job, () => tell({ kind: 'run' })).then((played) => tell({ kind: 'job', place, played }));
  });
  process.once('disconnect', () => process.exit(0));
  return new Promise(() => undefined);
}
