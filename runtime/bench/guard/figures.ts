/**
 * The figures that every change has to meet: those of the simulators, which come out the same on every machine, the work of deciding in
 * counts, and the one ratio of times that holds on a noisy machine. A part of what the benches print, on a few of their seeds.
 */
import type { Costs } from '../../core/estimate.ts';
import { genericCosts } from '../../core/estimate.ts';
import { punctual } from '../../core/policies/punctual.ts';
import { newRandom } from '../random.ts';
import { type Cell, loadOfLevel, play } from '../replay/cells.ts';
import { meanOf, ratiosOf } from '../replay/figures.ts';
import { readTraces } from '../replay/traces.ts';
import { comparator, figuresOf } from '../residency/figures.ts';
import { play as playDays } from '../residency/play.ts';
import { quickSeeds } from '../residency/selection.ts';
import { seeds as residencySeeds } from '../residency/workloads.ts';
import { goodputs } from '../saber/cell.ts';
import { type Lengths, workloads } from '../saber/requests.ts';
import { growthOf } from '../scheduler/growth.ts';
import { replayTasks, told } from '../scheduler/replay.ts';
import { stepView } from '../scheduler/steps.ts';
import { type MachineName, replay, saber } from '../workloads.ts';
import type { Figures } from './compare.ts';

export async function measureFigures(log: (line: string) => void): Promise<Figures> {
  const parts: readonly (readonly [string, () => Figures])[] = [
    ["SABER's set-up", saberFigures],
    ['replayed editors', replayFigures],
    ['residency', residencyFigures],
    ['deciding', decisionFigures],
    ['growth with 100,000 waiting', growthFigures],
  ];
  const figures: Record<string, number> = {};
  for (const [name, measure] of parts) {
    const startMs = performance.now();
    Object.assign(figures, measure());
    log(`${name}: ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
  }
  return figures;
}

/** Rates below, at and above what the machine can do. */
const saberRates = [4, 8, 15] as const;

/** Goodput in %, and how many points it is ahead of the others. */
function saberFigures(): Figures {
  const [seed = 0] = saber.seeds.reporting;
  const figures: Record<string, number> = {};
  for (const workload of workloads) {
    for (const lengths of ['known', 'unknown'] satisfies Lengths[]) {
      const cells = saberRates.map((requestsPerSecond) =>
        goodputs({ workload, requestsPerSecond, seed, lengths }, ['punctual', 'saber', 'static']),
      );
      const [ours = 0, saberRules = 0, bestStatic = 0] = [0, 1, 2].map((index) =>
        meanOf(cells.map((cell) => cell[index] ?? Number.NaN)),
      );
      const name = `guard.saber.${workload}${lengths === 'known' ? '' : '.unknown'}`;
      figures[`${name}.punctual`] = ours;
      figures[`${name}.over_saber`] = ours - saberRules;
      figures[`${name}.over_static`] = ours - bestStatic;
    }
  }
  return figures;
}

const replaySeeds = 2;

/** Goodput in % and the ratios to the better comparator, at the load where it keeps half. */
function replayFigures(): Figures {
  const traces = readTraces();
  const seeds = replay.seeds.reporting.slice(0, replaySeeds);
  const figures: Record<string, number> = {};
  for (const machine of ['cpu', 'gpu'] satisfies MachineName[]) {
    const load = loadOfLevel('sessions', machine, 'half');
    const cell: Cell = { trace: 'sessions', machine, level: 'half', load, window: 'reporting' };
    const played = play(traces, cell, ['punctual', 'static', 'static_parked'], seeds);
    const ours = played.filter(({ contender }) => contender === 'punctual');
    figures[`guard.replay.${machine}.goodput`] = meanOf(ours.map(({ score }) => 100 * score.keepable.share));
    for (const { name, figure, interval } of ratiosOf(cell, played))
      if (guardedRatios.has(name)) figures[`guard.${figure}`] = interval.mean;
  }
  return figures;
}

const guardedRatios: ReadonlySet<string> = new Set(['goodput', 'ttft_p95', 'e2e_p95', 'wasted']);

/** Against the best baseline, on days that were tuned on: what is reported should be looked at seldom. */
function residencyFigures(): Figures {
  const seeds = residencySeeds.tuning.slice(0, quickSeeds);
  const played = playDays({ seeds, contenders: [comparator, 'punctual'] }, () => {});
  const guarded = figuresOf('punctual', played).map(({ name, interval }) => [`guard.residency.${name}`, interval.mean]);
  return Object.fromEntries(guarded);
}

const decisionTasks = 5_000;
const decisionSteps = 500;

/** How often a decision asks what a pass costs: most of its time goes there, and the count is the same everywhere. */
function decisionFigures(): Figures {
  const counter = { questions: 0 };
  const costs = counting(genericCosts, counter);
  const { events } = replayTasks({
    policy: punctual,
    knowledge: { ...told, costs: () => costs },
    tasks: decisionTasks,
    seed: 3,
  });
  const perEvent = counter.questions / events;
  counter.questions = 0;
  const random = newRandom(3);
  for (let step = 0; step < decisionSteps; step += 1) punctual.planStep({ ...stepView(random, step), costs });
  return {
    'guard.scheduler.questions_per_event': perEvent,
    'guard.scheduler.questions_per_step': counter.questions / decisionSteps,
  };
}

function counting(costs: Costs, counter: { questions: number }): Costs {
  return {
    prefillMs: (tokens, contextTokens) => {
      counter.questions += 1;
      return costs.prefillMs(tokens, contextTokens);
    },
    decodeMs: (sequences, contextTokens) => {
      counter.questions += 1;
      return costs.decodeMs(sequences, contextTokens);
    },
  };
}

/** Few blocks would do on a quiet machine. */
const growthRounds = { rounds: 600, pairs: 30 };

function growthFigures(): Figures {
  return { 'guard.scheduler.on_growth': growthOf(punctual, 'mixed', growthRounds) };
}
