/**
 * When to ask for a suggestion: the product's adaptive wait against fixed ones, over the recorded editing session with gaps between keys as
 * developers of the Copilot study typed. Pure simulation; nothing of it depends on the machine it runs on.
 *
 * What can be predicted is bounded by the recording: its stamps are whole seconds, so within them nothing but the pace tells when the next
 * key comes. A rule that knew the future would make as many requests as it shows suggestions.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { debounceDefault } from '../../features/completion/debounce.ts';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Figure, intervalFigures } from '../interval.ts';
import { countOf, listed, oneOf } from '../options.ts';
import { Progress } from '../progress.ts';
import type { Window } from '../replay/arrivals.ts';
import { readTraces, readTypingGaps } from '../replay/traces.ts';
import { intervalTable, type TextTable } from '../tables.ts';
import { type MachineName, machines } from '../workloads.ts';
import { type Cell, comparator, figuresOf, interpolated, type Played, summed, whereShown } from './figures.ts';
import { fitted, observationsOf } from './fit.ts';
import { playTyping, type Tally } from './play.ts';
import { adaptiveRule, fixedRule, type Rule } from './rules.ts';
import { type Timing, type TypingMaterial, timings, typingSessions } from './session.ts';
import { aims, fixedWaitsMs, requestCosts, seeds, sessionsPerSeed, targetMs } from './workload.ts';

/** Seeds of a quick run. */
const quickSeeds = 4;
const fitSessionsMost = 2_000;

export interface Selection {
  readonly machines: readonly MachineName[];
  readonly timings: readonly Timing[];
  readonly window: Window;
  readonly seeds: readonly number[];
}

const figuresNote = `Against ${comparator} for everybody. requests_ratio: at the setting where as many suggestions are shown, seed by seed.`;

export const typingBench: Bench = {
  name: 'typing',
  summary: 'when to ask for a suggestion: requests and suggestions shown, adaptive against fixed waits',
  takes: { full: '3 minutes', quick: '1 minute' },
  options: [
    { name: 'machine', value: 'cpu,gpu', help: 'only these machines' },
    { name: 'timing', value: timings.join(','), help: 'only these ways to time the keys (default: all)' },
    { name: 'window', value: 'reporting|tuning', help: 'half of the recording, with its seeds (default: reporting)' },
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${seeds.reporting.length}` },
    { name: 'fit', value: 'N', help: 'fit the model of gaps to N sessions of the tuning window instead of measuring' },
  ],
  async run({ quick, log, values = {} }: BenchOptions): Promise<BenchResult> {
    const material = { ...readTraces(), gapsMs: readTypingGaps() };
    const selection = selectionOf({ quick, values });
    if (values['fit'] === undefined) return measure(material, selection, log);
    return fitResult(material, selection, countOf('fit', values['fit'], 1, fitSessionsMost));
  },
};

/** @throws BadUsage naming what there is, when something was asked for that is not. */
export function selectionOf({ quick, values = {} }: Pick<BenchOptions, 'quick' | 'values'>): Selection {
  const window = oneOf<Window>('window', values['window'] ?? 'reporting', ['tuning', 'reporting']);
  const all = seeds[window];
  return {
    machines: listed<MachineName>('machine', values['machine'], ['cpu', 'gpu']),
    timings: listed('timing', values['timing'], timings),
    window,
    seeds: all.slice(0, countOf('seeds', values['seeds'], quick ? quickSeeds : all.length, all.length)),
  };
}

interface Result {
  readonly cell: Cell;
  readonly played: readonly Played[];
  readonly figures: readonly Figure[];
}

export async function measure(
  material: TypingMaterial,
  selection: Selection,
  log: (line: string) => void,
): Promise<BenchResult> {
  const cells = selection.timings.flatMap((timing) => selection.machines.map((machine): Cell => ({ machine, timing })));
  const progress = new Progress({ total: cells.length * selection.seeds.length, what: 'seeds', log });
  const results: Result[] = [];
  for (const cell of cells) {
    const played: Played[] = [];
    for (const seed of selection.seeds) {
      played.push(playSeed(material, cell, selection.window, seed));
      progress.step();
      // Signals are seen between two runs.
      await nextTurn();
    }
    results.push({ cell, played, figures: figuresOf(cell, played) });
  }
  return resultOf(selection, results);
}

function playSeed(material: TypingMaterial, cell: Cell, window: Window, seed: number): Played {
  const fixed = fixedWaitsMs.map(fixedRule);
  const swept = requestCosts.map((cost) => adaptiveRule(cost));
  const rules: readonly Rule[] = [...fixed, adaptiveRule(debounceDefault.requestCost), ...swept];
  const tallies = rules.map((): Tally[] => []);
  const options = { machine: machines[cell.machine], targetMs };
  for (const edits of typingSessions(material, { timing: cell.timing, window, seed, count: sessionsPerSeed }))
    for (const [place, rule] of rules.entries()) tallies[place]?.push(playTyping(edits, rule.begin(), options));
  const sums = tallies.map(summed);
  const named = fixed.map(({ name }, place) => [name, sums[place] ?? summed([])] as const);
  return {
    seed,
    fixed: Object.fromEntries(named),
    shipped: sums[fixed.length] ?? summed([]),
    swept: sums.slice(fixed.length + 1),
  };
}

/** @param results at least one. */
export function resultOf({ window, seeds: played }: Selection, results: readonly Result[]): BenchResult {
  const all = results.flatMap(({ figures }) => figures);
  return {
    figures: Object.fromEntries(all.map(({ name, interval }) => [name, interval.mean])),
    details: {
      window,
      seeds: played,
      targetMs,
      ...Object.fromEntries(all.map(({ name, interval }) => [name, intervalFigures(interval)])),
      equalShownAtCost: Object.fromEntries(
        results.map(({ cell, played: runs }) => [nameOf(cell), costAtEqualShown(runs)]),
      ),
    },
    tables: [...results.map(ruleTable), intervalTable(all, aims, figuresNote)],
  };
}

/** The cost of a request, all seeds together, at which as many suggestions are shown as with the comparator. */
export function costAtEqualShown(played: readonly Played[]): number | null {
  const sums = requestCosts.map((_, place) => summed(played.flatMap(({ swept }) => swept[place] ?? [])));
  const where = whereShown(sums, summed(played.flatMap(({ fixed }) => fixed[comparator] ?? [])).shown);
  return where === undefined ? null : interpolated(requestCosts, where);
}

function nameOf({ machine, timing }: Cell): string {
  return `${machine}.${timing}`;
}

function ruleTable({ cell, played }: Result): TextTable {
  const rows = (named: readonly (readonly [string, readonly Tally[]])[]): string[][] =>
    named.map(([name, tallies]) => {
      const { requests, shown, durationMs } = summed(tallies);
      const perMinute = (count: number): string => ((60_000 * count) / durationMs).toFixed(1);
      return [name, perMinute(requests), perMinute(shown), (requests / shown).toFixed(2)];
    });
  return {
    title: `${cell.machine}, keys timed as '${cell.timing}', TTFT promised in ${targetMs} ms`,
    columns: [
      { label: 'wait', isText: true },
      { label: 'requests a minute' },
      { label: 'shown a minute' },
      { label: 'requests for each shown' },
    ],
    rows: rows([
      ...fixedWaitsMs.map((ms) => [`${ms} ms`, played.flatMap(({ fixed }) => fixed[`${ms} ms`] ?? [])] as const),
      [`adaptive, as shipped (${debounceDefault.requestCost})`, played.map(({ shipped }) => shipped)],
      ...requestCosts.map(
        (cost, place) => [`adaptive ${cost}`, played.flatMap(({ swept }) => swept[place] ?? [])] as const,
      ),
    ]),
    note: 'VS Code waits 50 ms before each. Shown: the whole answer was there before the next key.',
  };
}

/** Prints what `gapModel` of rhythm.ts holds. */
function fitResult(material: TypingMaterial, { timings: wanted }: Selection, count: number): BenchResult {
  const [seed = 0] = seeds.tuning;
  const observations = wanted.flatMap((timing) =>
    observationsOf(typingSessions(material, { timing, window: 'tuning', seed, count })),
  );
  const model = fitted(observations);
  return {
    figures: { 'typing.fit.beat_share': model.beat.median, 'typing.fit.pause_ms': model.pause.median },
    details: { observations: observations.length, model },
    tables: [{ columns: [{ label: 'model', isText: true }], rows: [[JSON.stringify(model)]] }],
  };
}
