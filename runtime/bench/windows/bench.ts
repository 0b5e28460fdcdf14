/**
 * Many windows at one runtime: each a client of its own over a WebSocket of its own, in which somebody types as recorded. The real runtime
 * and the real engine with the embedded model. All windows live in this one process, so its own delays are in what they see: the overhead
 * is an upper bound.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, BenchError, type BenchResult } from '../bench.ts';
import { countOf, numberOf } from '../options.ts';
import { readTraces, readTypingGaps } from '../replay/traces.ts';
import { tidyOnSignals } from '../signals.ts';
import { figureTable } from '../tables.ts';
import { aims, type Outcome, windowsDetails, windowsFigures } from './figures.ts';
import { Place } from './place.ts';
import { asides, type Material, sessionPlan } from './plan.ts';
import type { MemorySample } from './processes.ts';
import { Tally } from './tally.ts';
import { EditorWindow } from './window.ts';

const seed = 1;
const windowsUsual = 50;
const windowsMax = 200;
const minutesUsual = 30;
const minutesQuick = 2;
const minutesMax = 24 * 60;
const sampleEveryMs = 500;
/** Cheap requests of each window while nobody types. */
const restRounds = 10;
/** For the answers that are still to come when the time is over. */
const restMsMax = 60_000;

export interface Settings {
  readonly windows: number;
  readonly durationMs: number;
  readonly speed: number;
}

export const windowsBench: Bench = {
  name: 'windows',
  summary: 'many windows at one runtime: errors, what the protocol takes, memory that grows, what is left behind',
  takes: { full: '31 minutes', quick: '3 minutes' },
  options: [
    { name: 'windows', value: 'N', help: `windows at the same time (default: ${windowsUsual})` },
    { name: 'minutes', value: 'M', help: `of recorded editing (default: ${minutesUsual}, quick: ${minutesQuick})` },
    {
      name: 'speed',
      value: 'K',
      help: 'play K times as fast (default: 1): as many requests in less time, so K times the load, and nobody waits for answers as long; promises, debouncing and the engine keep their pace',
    },
  ],
  note: 'The windows and the runtime share this machine: on one that is busy the overhead is that of the machine.',

  async run({ quick, values = {}, log }) {
    const minutes =
      values['minutes'] === undefined
        ? quick
          ? minutesQuick
          : minutesUsual
        : numberOf('minutes', values['minutes'], 0.1, minutesMax);
    const speed = values['speed'] === undefined ? 1 : numberOf('speed', values['speed'], 0.1, 100);
    const windows = countOf('windows', values['windows'], windowsUsual, windowsMax);
    const settings = { windows, durationMs: (minutes * 60_000) / speed, speed };
    const place = new Place();
    const isOver = tidyOnSignals(() => place.end().then(() => place.remove()));
    try {
      return resultOf(settings, await played(place, settings, log));
    } finally {
      isOver();
      place.remove();
    }
  },
};

function resultOf(settings: Settings, outcome: Outcome): BenchResult {
  const figures = windowsFigures(outcome);
  const details = { ...settings, seed, ...windowsDetails(outcome) };
  return { figures, details, tables: [figureTable(figures, aims)] };
}

async function played(place: Place, settings: Settings, log: (line: string) => void): Promise<Outcome> {
  const material = { editing: readTraces().editing, gapsMs: readTypingGaps() };
  // Its states are made now, once: later all windows would stand still meanwhile.
  material.editing.textBefore(material.editing.edits.length);
  const tally = new Tally();
  const windows: EditorWindow[] = [];
  for (let index = 0; index < settings.windows; index += 1) {
    const name = `window ${index}`;
    const onStatus = index === 0 ? place.heard : () => undefined;
    const connection = await place.connect();
    const { editing } = material;
    windows.push(await EditorWindow.open({ name, connection, editing, tally, speed: settings.speed, onStatus }));
  }
  log(`${windows.length} windows, ${Math.round(settings.durationMs / 1_000)} s`);
  for (let round = 0; round < restRounds; round += 1) for (const window of windows) await window.askCheaply('rest');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpuBefore = place.cpuMs;
  const samples = await work(place, windows, material, settings);
  const cpuAfter = place.cpuMs;
  delay.disable();
  await Promise.all(windows.map((window) => window.rest(restMsMax)));
  for (const window of windows) window.close();
  const leftovers = await place.end();
  const cpuMs = { runtime: cpuAfter.runtime - cpuBefore.runtime, engine: cpuAfter.engine - cpuBefore.engine };
  return { tally, samples, leftovers, cpuMs, ownDelayP95Ms: delay.percentile(95) / 1e6 };
}

/** All of it at once, until the time is over. @throws BenchError when no completion could be computed at all. */
async function work(
  place: Place,
  windows: readonly EditorWindow[],
  material: Material,
  { durationMs }: Settings,
): Promise<MemorySample[]> {
  const startMs = performance.now();
  const untilMs = startMs + durationMs;
  const samples: MemorySample[] = [];
  const isTime = (): boolean => performance.now() < untilMs;
  const sampling = everyMs(sampleEveryMs, isTime, () => {
    samples.push({ share: (performance.now() - startMs) / durationMs, ...place.residents });
  });
  const working = windows.flatMap((window, index) => [
    workIn(window, index, material, isTime, untilMs),
    everyMs(asides.cheapEveryMs, isTime, () => window.askCheaply('load')),
  ]);
  await Promise.all([sampling, ...working]);
  if (place.enginePid === undefined)
    throw new BenchError('No engine was started, so nothing was measured: is this the built project?');
  return samples;
}

async function workIn(
  window: EditorWindow,
  index: number,
  material: Material,
  isTime: () => boolean,
  untilMs: number,
): Promise<void> {
  for (let session = 0; isTime(); session += 1) await window.play(sessionPlan(material, seed, index, session), untilMs);
}

async function everyMs(ms: number, isTime: () => boolean, act: () => void | Promise<void>): Promise<void> {
  for (; isTime(); await sleep(ms)) await act();
}
