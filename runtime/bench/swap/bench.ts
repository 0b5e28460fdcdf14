/**
 * What swapping models costs those that stay, and what it leaves behind: one engine process, three models in a budget that holds two.
 *
 * 1. Time to the first token of completions with 128 new tokens on the model that stays, in stretches without a swap and in stretches in
 *    which the two others take turns without a pause, one after the other in the same run: what else the machine does blurs both alike.
 * 2. Many swaps in a row, and the memory of the process after each.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, type BenchOptions, type BenchResult, median, quantile } from '../bench.ts';
import { inventedPrompt } from '../engine/prompts.ts';
import { checkModel } from '../files.ts';
import { countOf } from '../options.ts';
import { newRandom, type Random } from '../random.ts';
import { threeModels } from './models.ts';
import { type Swapped, Swapper } from './swapper.ts';

const promptTokens = 128;
/** A completion comes at any moment of a swap. */
const gapMsMax = 400;
const stretches = { full: 12, quick: 4 } as const;
const completionsOfStretch = { full: 20, quick: 8 } as const;
const swaps = { full: 200, quick: 40 } as const;

export const swapBench: Bench = {
  name: 'swap',
  summary: 'models that come and go beside completions: first tokens meanwhile, and the memory of 200 swaps',
  takes: { full: '15 minutes', quick: '3 minutes' },
  options: [
    { name: 'model', value: 'FILE', help: 'a GGUF file of yours instead of the made-up one, which is written once' },
    { name: 'swaps', value: 'N', help: `so many swaps in a row (default: ${swaps.full})` },
  ],

  async run({ quick, log, values = {} }: BenchOptions): Promise<BenchResult> {
    const size = quick ? 'quick' : 'full';
    const { model } = values;
    const count = countOf('swaps', values['swaps'], swaps[size], 100_000);
    if (model !== undefined) checkModel('model', model);
    const models = await threeModels({ quick, log, ...(model !== undefined && { model }) });
    const swapper = await Swapper.open(models.files, 1);
    const { pid } = swapper;
    try {
      const random = newRandom(1, 'swap');
      const ttft: FirstTokens = { calmMs: [], swapMs: [] };
      for (let stretch = 1; stretch <= stretches[size]; stretch += 1) {
        ttft.calmMs.push(...(await completions(swapper, random, completionsOfStretch[size])));
        ttft.swapMs.push(...(await completionsInSwaps(swapper, random, completionsOfStretch[size])));
        log(`stretch ${stretch} of ${stretches[size]}: ${summarizeFirstTokens(ttft)}`);
      }
      const soaked = await soak(swapper, count, log);
      await swapper.close();
      return summarizeSwaps(ttft, soaked, isAlive(pid) ? 1 : 0);
    } finally {
      await swapper.close();
      await models.dispose();
    }
  },
};

export interface FirstTokens {
  readonly calmMs: number[];
  readonly swapMs: number[];
}

/** One after the other, each at a random moment. @returns their times to the first token, in ms. */
async function completions(swapper: Swapper, random: Random, count: number): Promise<number[]> {
  const ttftMs: number[] = [];
  for (let done = 0; done < count; done += 1) {
    await sleep(random() * gapMsMax);
    ttftMs.push((await swapper.complete(inventedPrompt(random, promptTokens))).ttftMs);
  }
  return ttftMs;
}

async function completionsInSwaps(swapper: Swapper, random: Random, count: number): Promise<number[]> {
  let isOver = false;
  const swapping = (async () => {
    while (!isOver) await swapper.swap();
  })();
  try {
    return await completions(swapper, random, count);
  } finally {
    isOver = true;
    await swapping;
  }
}

export interface Soaked {
  readonly swaps: readonly Swapped[];
  /** Resident memory of the engine process after each swap, in bytes. */
  readonly rssBytes: readonly number[];
}

async function soak(swapper: Swapper, count: number, log: (line: string) => void): Promise<Soaked> {
  const swapped: Swapped[] = [];
  const rssBytes: number[] = [];
  for (let done = 1; done <= count; done += 1) {
    swapped.push(await swapper.swap());
    rssBytes.push(rssOf(swapper.pid));
    if (done % 20 === 0) log(`${done} of ${count} swaps: ${Math.round((rssBytes.at(-1) ?? 0) / 1e6)} MB resident`);
  }
  return { swaps: swapped, rssBytes };
}

/** Linux only: what other platforms tell of another process is not its resident memory. */
function rssOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (line === undefined) throw new Error(`The memory of the process ${pid} cannot be read.`);
  return Number(line) * 1_024;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function summarizeFirstTokens({ calmMs, swapMs }: FirstTokens): string {
  const of = (ms: readonly number[]): string => `p50 ${median(ms).toFixed(0)}, p95 ${quantile(ms, 0.95).toFixed(0)} ms`;
  return `first tokens ${of(calmMs)} without, ${of(swapMs)} in swaps`;
}

/** Of 200 swaps: those from 81 to 100 against those from 181 on; of another number, the same shares. */
export function rssRatio(rssBytes: readonly number[]): number {
  const share = (low: number, high: number): readonly number[] => {
    return rssBytes.slice(Math.floor(rssBytes.length * low), Math.floor(rssBytes.length * high));
  };
  return median(share(0.9, 1)) / median(share(0.4, 0.5));
}

export function summarizeSwaps({ calmMs, swapMs }: FirstTokens, soaked: Soaked, orphans: number): BenchResult {
  const { swaps: swapped, rssBytes } = soaked;
  const mega = (bytes: number | undefined): number => Math.round((bytes ?? Number.NaN) / 1e6);
  const partOf = (part: 'weightsMs' | 'contextMs' | 'warmUpMs'): number => {
    return median(swapped.map(({ info }) => info.loadParts?.[part] ?? Number.NaN));
  };
  return {
    figures: {
      'residency.swap_ttft_ratio': quantile(swapMs, 0.95) / quantile(calmMs, 0.95),
      'residency.swap_rss_ratio': rssRatio(rssBytes),
      'residency.swap_orphans': orphans,
      'swap.unload_ms': median(swapped.map(({ unloadMs }) => unloadMs)),
      'swap.load_ms': median(swapped.map(({ loadMs }) => loadMs)),
    },
    details: {
      promptTokens,
      completions: [calmMs.length, swapMs.length],
      calmTtftMs: [0.5, 0.95].map((share) => quantile(calmMs, share)),
      swapTtftMs: [0.5, 0.95].map((share) => quantile(swapMs, share)),
      swaps: swapped.length,
      freedMegabytes: mega(median(swapped.map(({ freedBytes }) => freedBytes))),
      modelMegabytes: mega(median(swapped.map(({ info }) => info.memoryBytes))),
      rssMegabytes: [0, 0.25, 0.5, 0.75, 1].map((share) => mega(rssBytes[Math.round(share * (rssBytes.length - 1))])),
      loadPartsMs: { weights: partOf('weightsMs'), context: partOf('contextMs'), warmUp: partOf('warmUpMs') },
    },
  };
}
