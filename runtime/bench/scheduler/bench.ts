/**
 * What deciding costs: `planStep` with 16 running (`scheduler.plan_us`), `Scheduler.on` with 10,000 waiting (`scheduler.on_us_10k`) and
 * how that grows with 100,000 (`scheduler.on_growth`), and a million tasks
 * that come and go (`scheduler.million_s`; `million_told_s` with everything known from the start, which is the scheduler alone).
 * Medians, in µs; the growth is the median over pairs that were measured one right after the other, so that it holds on a noisy machine.
 */
import os from 'node:os';
import type { Knowledge } from '../../core/knowledge.ts';
import { Learned } from '../../core/learned.ts';
import { fcfs } from '../../core/policies/fcfs.ts';
import { punctual } from '../../core/policies/punctual.ts';
import type { Policy } from '../../core/policy.ts';
import { aims } from '../aims.ts';
import { type Bench, type BenchOptions, type BenchResult, median, quantile } from '../bench.ts';
import { Progress } from '../progress.ts';
import { figureTable } from '../tables.ts';
import { growth, measureSizes } from './growth.ts';
import { replayTasks, told } from './replay.ts';
import { stepTimesUs } from './steps.ts';
import { type Crowd, type Turn, turnKinds } from './turns.ts';

const seed = 3;

const policies: readonly Policy[] = [punctual, fcfs];

/** How many wait. The growth is that of the last over the one before. */
const sizes = [1, 100, 10_000, 100_000] as const;

interface Effort {
  readonly looks: number;
  readonly rounds: number;
  readonly pairs: number;
  readonly tasks: number;
}

const full: Effort = { looks: 50_000, rounds: 2_000, pairs: 40, tasks: 1_000_000 };
const quick: Effort = { looks: 10_000, rounds: 400, pairs: 10, tasks: 100_000 };

export const schedulerBench: Bench = {
  name: 'scheduler',
  takes: { full: '8 minutes', quick: '1 minute' },
  summary: 'what one decision costs, with up to 100,000 waiting, and a million tasks',
  async run({ quick: isQuick, log }) {
    const busy = busyText(os.loadavg()[0] ?? 0, os.cpus().length);
    if (busy !== undefined) log(busy);
    const result = measure(isQuick ? quick : full, log);
    const table = figureTable(result.figures, aims);
    return { ...result, tables: [busy === undefined ? table : { ...table, note: busy }] };
  },
};

/** A warning when others compute here, as the aims are absolute times. @param load mean number of processes that could run. */
export function busyText(load: number, cores: number): string | undefined {
  if (load <= cores) return undefined;
  return `The machine is busy (load ${load.toFixed(1)} on ${cores} ${cores === 1 ? 'core' : 'cores'}), so times in µs and s are too long; on_growth is a ratio and holds.`;
}

function measure(effort: Effort, log: BenchOptions['log']): BenchResult {
  const parts = policies.flatMap((policy) => {
    const prefix = policy === punctual ? 'scheduler' : `scheduler.${policy.name}`;
    return [
      () => measureSteps(policy, prefix, effort),
      () => measureTurns(policy, 'mixed', prefix, effort),
      () => measureTurns(policy, 'background', prefix, effort),
      () => measureReplay(policy, `${prefix}.million`, new Learned(), effort),
      () => measureReplay(policy, `${prefix}.million_told`, told, effort),
    ];
  });
  const progress = new Progress({ total: parts.length, what: 'parts', log });
  const results = parts.map((part) => {
    const result = part();
    progress.step();
    return result;
  });
  return {
    figures: Object.assign({}, ...results.map(({ figures }) => figures)),
    details: Object.assign({ effort }, ...results.map(({ details }) => details)),
  };
}

function measureSteps(policy: Policy, prefix: string, { looks }: Effort): BenchResult {
  const times = stepTimesUs(policy, looks, seed);
  return {
    figures: { [`${prefix}.plan_us`]: median(times), [`${prefix}.plan_us_p99`]: quantile(times, 0.99) },
    details: {},
  };
}

function measureTurns(policy: Policy, crowd: Crowd, prefix: string, effort: Effort): BenchResult {
  const suffix = crowd === 'mixed' ? '' : '_background';
  const perSize = measureSizes(policy, crowd, sizes, effort);
  const [few, many] = perSize.slice(-2);
  const figures: Record<string, number> = {};
  if (few !== undefined && many !== undefined) figures[`${prefix}.on_growth${suffix}`] = growth(few, many);
  const details: Record<string, unknown> = {};
  for (const { waiting, turns } of perSize) {
    const name = `${prefix}.on_us_${sizeName(waiting)}${suffix}`;
    const times = turns.map(({ us }) => us);
    figures[name] = median(times);
    figures[`${name}_p99`] = quantile(times, 0.99);
    details[name] = perKind(turns);
  }
  return { figures, details };
}

/** Wall time, for a million whatever the effort was. */
function measureReplay(policy: Policy, name: string, knowledge: Knowledge, { tasks }: Effort): BenchResult {
  const startMs = performance.now();
  const result = replayTasks({ policy, knowledge, tasks, seed });
  const seconds = (performance.now() - startMs) / 1_000;
  return { figures: { [`${name}_s`]: seconds * (1_000_000 / tasks) }, details: { [name]: result } };
}

function sizeName(size: number): string {
  return size < 1_000 ? `${size}` : `${size / 1_000}k`;
}

function perKind(measured: readonly Turn[]): Record<string, string> {
  return Object.fromEntries(
    turnKinds.flatMap((kind) => {
      const times = measured.filter((turn) => turn.kind === kind).map(({ us }) => us);
      if (times.length === 0) return [];
      return [[kind, `${median(times).toFixed(1)} (p99 ${quantile(times, 0.99).toFixed(1)}, ${times.length} times)`]];
    }),
  );
}
