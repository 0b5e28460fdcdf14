/** Cells over several processes: each plays one seed of one cell after the other, and the results come back in the order asked for. */
import { type ChildProcess, fork } from 'node:child_process';
import { type Cell, type Played, play } from './cells.ts';
import type { ContenderName } from './contenders.ts';
import { readTraces } from './traces.ts';

export interface Job {
  readonly cell: Cell;
  readonly contenders: readonly ContenderName[];
  readonly seed: number;
}

interface Done {
  readonly place: number;
  readonly played: readonly Played[];
}

/** What a child is started with, after the name of the bench. */
const workerArgument = '--worker';

/**
 * @param processes 1: all in this one. More: so many children of the running program.
 * @param onDone after each job.
 */
export async function playJobs(jobs: readonly Job[], processes: number, onDone: () => void): Promise<Played[]> {
  if (processes > 1) return (await inChildren(jobs, processes, onDone)).flat();
  const traces = readTraces();
  return jobs.flatMap(({ cell, contenders, seed }) => {
    const played = play(traces, cell, contenders, [seed]);
    onDone();
    return played;
  });
}

async function inChildren(jobs: readonly Job[], processes: number, onDone: () => void): Promise<Played[][]> {
  const results: Played[][] = jobs.map(() => []);
  const waiting = jobs.map((job, place) => ({ job, place })).reverse();
  const children = Array.from({ length: Math.min(processes, jobs.length) }, newChild);
  try {
    await Promise.all(
      children.map(async (child) => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          results[next.place] = [...(await asked(child, next)).played];
          onDone();
        }
      }),
    );
  } finally {
    for (const child of children) child.disconnect();
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

function asked(child: ChildProcess, question: { readonly job: Job; readonly place: number }): Promise<Done> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`A process that played the replay ended with ${code ?? 'a signal'}.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as Done);
    });
    child.send(question);
  });
}

/** The child's side: plays what it is asked to until its parent lets it go. */
export function serveJobs(): Promise<void> {
  const traces = readTraces();
  process.on('message', ({ job, place }: { readonly job: Job; readonly place: number }) => {
    const played = play(traces, job.cell, job.contenders, [job.seed]);
    process.send?.({ place, played } satisfies Done);
  });
  return new Promise((resolve) => process.once('disconnect', () => resolve()));
}
