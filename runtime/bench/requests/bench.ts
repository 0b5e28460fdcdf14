/**
 * How many requests the product makes for the suggestions that it shows, against clients with a fixed wait: the recorded editing session
 * with gaps between keys as developers of the Copilot study typed. What is suggested a real model has said, at each place once; when it is
 * there, a simulated machine decides, so that the figures are the same everywhere.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { debounceDefault } from '../../features/completion/debounce.ts';
import type { ChosenModel } from '../../features/tasks.ts';
import { Loop } from '../../loop.ts';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { newEngine } from '../engine/our-engine.ts';
import { type Figure, intervalFigures } from '../interval.ts';
import { embeddedModel, modelOf } from '../keystrokes/models.ts';
import { countOf, listed, oneOf } from '../options.ts';
import { Progress } from '../progress.ts';
import type { Window } from '../replay/arrivals.ts';
import { readTraces, readTypingGaps } from '../replay/traces.ts';
import { intervalTable, type TextTable } from '../tables.ts';
import { type TypedEdit, typingSessions } from '../typing/session.ts';
import { seeds, targetMs } from '../typing/workload.ts';
import { type MachineName, machines } from '../workloads.ts';
import { type Answers, gather, placeKey } from './answers.ts';
import { plainClient, productClient, reusingClient } from './clients.ts';
import { figuresOf, type PlayedSeed, summedClients } from './figures.ts';
import { type ClientTally, playClient } from './play.ts';
import { aims, requestCosts, sessionsPerSeed } from './workload.ts';

const seedsFull = 6;
const seedsQuick = 1;
const contextTokens = 2_048;
const modelId = 'prefix-first';
const model: ChosenModel = { id: modelId, name: modelId, demo: false, chosen: true, contextTokens };

type Sessions = readonly { readonly seed: number; readonly edits: readonly (readonly TypedEdit[])[] }[];

const figuresNote = 'Ratios of requests: at the setting where as many suggestions are shown, seed by seed.';

export const requestsBench: Bench = {
  name: 'requests',
  summary: 'requests of the product for the suggestions it shows, against fixed waits; a real model answers',
  takes: { full: '30 minutes', quick: '5 minutes' },
  options: [
    { name: 'machine', value: 'cpu,gpu', help: 'only these machines' },
    { name: 'window', value: 'reporting|tuning', help: 'half of the recording, with its seeds (default: reporting)' },
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${seeds.reporting.length} (default: ${seedsFull})` },
  ],
  async run({ quick, log, values = {} }: BenchOptions): Promise<BenchResult> {
    const names = listed<MachineName>('machine', values['machine'], ['cpu', 'gpu']);
    const window = oneOf<Window>('window', values['window'] ?? 'reporting', ['tuning', 'reporting']);
    const all = seeds[window];
    const count = countOf('seeds', values['seeds'], quick ? seedsQuick : seedsFull, all.length);
    const sessions = sessionsOf(window, all.slice(0, count));
    const answers = await gathered(sessions, log);
    const progress = new Progress({ total: names.length * count, what: 'seeds', log });
    const results: Result[] = [];
    for (const machine of names) {
      const played: PlayedSeed[] = [];
      for (const { seed, edits } of sessions) {
        played.push(await playSeed(seed, edits, answers, machine));
        progress.step();
      }
      results.push({ machine, played, figures: figuresOf(machine, played) });
    }
    return resultOf(results, { window, seeds: sessions.map(({ seed }) => seed), targetMs, answers: answers.size });
  },
};

function sessionsOf(window: Window, of: readonly number[]): Sessions {
  const material = { ...readTraces(), gapsMs: readTypingGaps() };
  const options = { timing: 'study', window, count: sessionsPerSeed } as const;
  return of.map((seed) => ({ seed, edits: [...typingSessions(material, { ...options, seed })] }));
}

/** What the embedded model says, which reads the prefix first here as nearly all models do. */
async function gathered(sessions: Sessions, log: (line: string) => void): Promise<Answers> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'punctual-requests-'));
  const all = sessions.flatMap(({ edits }) => edits);
  const answers = new Map<string, string>();
  try {
    const file = await modelOf(modelId, embeddedModel(), folder);
    const loop = new Loop(newEngine('punctual'), {
      now: () => performance.now(),
      timer: (ms, callback) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      specOf: (id) => ({ id, file, sequences: 2, contextTokens, threads: 1 }),
    });
    try {
      const places = new Set(all.flat().map(placeKey)).size;
      const progress = new Progress({ total: places, what: 'places', log });
      await gather(all, loop, model, answers, () => progress.step());
    } finally {
      await loop.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return answers;
}

async function playSeed(
  seed: number,
  sessions: readonly (readonly TypedEdit[])[],
  answers: Answers,
  machine: MachineName,
): Promise<PlayedSeed> {
  const options = { machine: machines[machine], targetMs };
  const play = async (client: typeof plainClient): Promise<ClientTally> => {
    const tallies: ClientTally[] = [];
    for (const edits of sessions) tallies.push(await playClient(edits, client, answers, model, options));
    return summedClients(tallies);
  };
  const swept: ClientTally[] = [];
  for (const cost of requestCosts) swept.push(await play(productClient(cost)));
  return {
    seed,
    swept,
    plain: await play(plainClient),
    reusing: await play(reusingClient),
    shipped: await play(productClient(debounceDefault.requestCost)),
  };
}

interface Result {
  readonly machine: MachineName;
  readonly played: readonly PlayedSeed[];
  readonly figures: readonly Figure[];
}

function resultOf(results: readonly Result[], details: Record<string, unknown>): BenchResult {
  const all = results.flatMap(({ figures }) => figures);
  return {
    figures: Object.fromEntries(all.map(({ name, interval }) => [name, interval.mean])),
    details: {
      ...details,
      ...Object.fromEntries(all.map(({ name, interval }) => [name, intervalFigures(interval)])),
    },
    tables: [...results.map(clientTable), intervalTable(all, aims, figuresNote)],
  };
}

function clientTable({ machine, played }: Result): TextTable {
  const row = (name: string, of: (one: PlayedSeed) => ClientTally | undefined): string[] => {
    const tally = summedClients(played.flatMap((one) => of(one) ?? []));
    const perMinute = (count: number): string => ((60_000 * count) / tally.durationMs).toFixed(1);
    const { asked, answered, requests, shown } = tally;
    return [
      name,
      perMinute(asked),
      perMinute(answered),
      perMinute(requests),
      perMinute(shown),
      (requests / shown).toFixed(2),
    ];
  };
  return {
    title: `${machine}, TTFT promised in ${targetMs} ms`,
    columns: [
      { label: 'client', isText: true },
      { label: 'asked a minute' },
      { label: 'answered' },
      { label: 'requests' },
      { label: 'shown' },
      { label: 'requests for each shown' },
    ],
    rows: [
      row(plainClient.name, ({ plain }) => plain),
      row(reusingClient.name, ({ reusing }) => reusing),
      row(`as shipped (${debounceDefault.requestCost})`, ({ shipped }) => shipped),
      ...requestCosts.map((cost, place) => row(productClient(cost).name, ({ swept }) => swept[place])),
    ],
    note: 'VS Code waits 50 ms before each. Answered: with a suggestion, before the next key. Shown: those that were not the rest of the one before.',
  };
}
