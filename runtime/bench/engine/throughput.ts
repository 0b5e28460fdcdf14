/**
 * Part `throughput`: 8 saturated sequences, the engine process of the product against the library's default loop, in CPU time of the
 * process that computes, in alternating pairs; and against what llama_decode alone takes at the best batch size.
 *
 * All sides have one thread, the same model and the same prompts, held in the KV from the second round on. The library gets the best
 * of its settings, found in this run. It counts its tokens itself and sends nothing; the engine's messages to the bench are charged
 * to the engine.
 */
import type { Prompt } from '../../core/task.ts';
import { type BenchResult, median } from '../bench.ts';
import type { LibraryApi, PassTimes } from './library/messages.ts';
import { LibraryProcess } from './library/process.ts';
import { type LoadOptions, modelFile, type PartOptions } from './model.ts';
import { OurEngine } from './our-engine.ts';
import { type Saturation, SaturationWindow, tokensMax, tokensPerCpuSecond } from './saturation.ts';
import { medianInterval } from './statistics.ts';

export interface ThroughputOptions extends PartOptions {
  readonly policy: string;
}

const streams = 8;
const sizes = { streams, rampTokens: 8, measuredTokens: 40 };
/** Passes of one batch size in the table, and in each round at the best one. */
const tablePasses = 8;
const roundPasses = 24;
const pairsFull = 12;
const pairsQuick = 4;

/** Different texts, so that no sequence could share another's KV. */
const prompts: readonly Prompt[] = Array.from({ length: streams }, (_, stream) => ({
  kind: 'infill',
  prefix: ' value result string number index item list array'.repeat(4).slice(stream * 3),
  suffix: ' return',
}));

export async function throughput(options: ThroughputOptions): Promise<BenchResult> {
  const { quick, policy, log } = options;
  const load: LoadOptions = { file: await modelFile(options), sequences: streams, contextTokens: 512, threads: 1 };
  log('loading it twice: in the engine process and in the library process');
  const ours = await OurEngine.load({ ...load, policy });
  const library = new LibraryProcess();
  try {
    const settings = await bestSettings(library, load, log);
    const bare = await bestBatch(library, load, log);
    const rounds: Round[] = [];
    for (let index = 0; index < (quick ? pairsQuick : pairsFull); index += 1) {
      const round = await runRound(ours, library, load, settings, bare, index % 2 === 0);
      rounds.push(round);
      log(
        `pair ${index + 1}: ${round.ours.toFixed(1)} tokens per CPU second, the library ${round.library.toFixed(1)}, llama_decode alone ${round.bare.toFixed(1)}, with sampling ${round.sampled.toFixed(1)}`,
      );
    }
    return summarize(rounds, settings, bare);
  } finally {
    await Promise.all([ours.close(), library.close()]);
  }
}

interface Settings {
  readonly api: LibraryApi;
  readonly flashAttention: boolean;
  readonly tokensPerCpuSecond: number;
}

/** The setting that gives the library most tokens per CPU second, each tried once after a first time that fills the KV. */
async function bestSettings(
  library: LibraryProcess,
  load: LoadOptions,
  log: (line: string) => void,
): Promise<Settings> {
  const tried: Settings[] = [];
  for (const flashAttention of [false, true]) {
    await library.call({ kind: 'load', options: { ...load, flashAttention } });
    for (const api of ['evaluate', 'completion'] as const) {
      await saturateLibrary(library, api, 2);
      tried.push({ api, flashAttention, tokensPerCpuSecond: await saturateLibrary(library, api) });
    }
  }
  for (const { api, flashAttention, tokensPerCpuSecond: rate } of tried)
    log(
      `the library by ${api}, flash attention ${flashAttention ? 'on' : 'off'}: ${rate.toFixed(1)} tokens per CPU second`,
    );
  return tried.reduce((best, other) => (other.tokensPerCpuSecond > best.tokensPerCpuSecond ? other : best));
}

interface Batch {
  readonly sequences: number;
  /** Median CPU time of one llama_decode of so many sequences, in ms, from one sequence to all. */
  readonly tableMs: readonly number[];
}

/** The batch size that gives most tokens per CPU second, flash attention off as in the product. */
async function bestBatch(library: LibraryProcess, load: LoadOptions, log: (line: string) => void): Promise<Batch> {
  await library.call({ kind: 'load', options: { ...load, flashAttention: false } });
  const tableMs: number[] = [];
  for (let sequences = 1; sequences <= streams; sequences += 1)
    tableMs.push(median((await passesOf(library, sequences, tablePasses)).cpuMs));
  log(`llama_decode of 1 to ${streams} sequences: ${tableMs.map((ms) => ms.toFixed(1)).join(', ')} CPU ms`);
  return { sequences: bestSize(tableMs), tableMs };
}

/** @param tableMs time of one pass of 1, 2, … sequences. @returns how many give most tokens per unit of time. */
export function bestSize(tableMs: readonly number[]): number {
  const rates = tableMs.map((ms, index) => (index + 1) / ms);
  return rates.indexOf(Math.max(...rates)) + 1;
}

async function passesOf(library: LibraryProcess, sequences: number, passes: number): Promise<PassTimes> {
  const options = { prompts, sequences, rampTokens: sizes.rampTokens, passes };
  return await library.call({ kind: 'passes', options });
}

async function saturateLibrary(library: LibraryProcess, api: LibraryApi, measuredTokens?: number): Promise<number> {
  const options = { ...sizes, ...(measuredTokens !== undefined && { measuredTokens }), api, prompts };
  return tokensPerCpuSecond(await library.call({ kind: 'saturate', options }));
}

let saturations = 0;

async function saturateOurs(engine: OurEngine): Promise<number> {
  saturations += 1;
  const ids = prompts.map((_, index) => `s${saturations}.${index}`);
  const window = new SaturationWindow(sizes, () => engine.cpuMs());
  let measured: Saturation | undefined;
  let ended = 0;
  const over = engine.until((event) => {
    if (event.kind === 'tokens') for (const _token of event.tokens) window.token(ids.indexOf(event.id));
    if (measured === undefined && window.result !== undefined) {
      measured = window.result;
      for (const id of ids) engine.stop(id);
    }
    if (event.kind === 'ended') ended += 1;
    return ended === ids.length;
  });
  prompts.forEach((prompt, index) => {
    engine.start({ id: ids[index] ?? '', prompt, maxTokens: tokensMax(sizes) });
  });
  await over;
  if (measured === undefined) throw new Error('The streams ended before enough tokens had come.');
  return tokensPerCpuSecond(measured);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Tokens per CPU second of the three, measured one right after the other. */
interface Round {
  readonly ours: number;
  readonly library: number;
  /** Of llama_decode alone, at the best batch size. */
  readonly bare: number;
  /** Of the same passes with the library's sampling: what no loop on this library can exceed. */
  readonly sampled: number;
}

async function runRound(
  engine: OurEngine,
  library: LibraryProcess,
  load: LoadOptions,
  settings: Settings,
  batch: Batch,
  oursFirst: boolean,
): Promise<Round> {
  const { flashAttention, api } = settings;
  let ours = oursFirst ? await saturateOurs(engine) : 0;
  if (flashAttention) await library.call({ kind: 'load', options: { ...load, flashAttention } });
  const theirs = await saturateLibrary(library, api);
  if (!oursFirst) ours = await saturateOurs(engine);
  if (flashAttention) await library.call({ kind: 'load', options: { ...load, flashAttention: false } });
  const times = await passesOf(library, batch.sequences, roundPasses);
  const rateOf = (cpuMs: readonly number[]): number => (batch.sequences / mean(cpuMs)) * 1_000;
  return { ours, library: theirs, bare: rateOf(times.cpuMs), sampled: rateOf(times.sampledCpuMs) };
}

function summarize(rounds: readonly Round[], settings: Settings, { sequences, tableMs }: Batch): BenchResult {
  const ratios = medianInterval(rounds.map(({ ours, library }) => ours / library));
  const efficiencies = medianInterval(rounds.map(({ ours, bare }) => ours / bare));
  return {
    figures: { 'engine.throughput_ratio': ratios.median, 'engine.table_efficiency': efficiencies.median },
    details: {
      throughputRatio: ratios,
      /** How near our loop comes to passes that also sample: the rest of the table's efficiency is the library's. */
      sampledEfficiency: medianInterval(rounds.map(({ ours, sampled }) => ours / sampled)),
      tableEfficiency: efficiencies,
      tokensPerCpuSecond: {
        ours: median(rounds.map(({ ours }) => ours)),
        library: median(rounds.map(({ library }) => library)),
        bare: median(rounds.map(({ bare }) => bare)),
        sampled: median(rounds.map(({ sampled }) => sampled)),
      },
      librarySettings: { api: settings.api, flashAttention: settings.flashAttention },
      bestBatch: sequences,
      decodeCpuMs: tableMs,
      ...sizes,
    },
  };
}
