/**
 * What it takes to move a document's KV cells out of the way and back, against evaluating its prompt again: llama.cpp in this process,
 * one thread, a made-up model of the 0.5B Q4_0's shape. A move's time is what a pass with it takes beyond the pass itself, in wall
 * time, as files take part; that of the prompt is CPU time.
 */
import { performance } from 'node:perf_hooks';
import { getLlama } from 'node-llama-cpp';
import { KvFolder } from '../engine/llama/kv-folder.ts';
import { LoadedModel } from '../engine/llama/model.ts';
import type { PassItem } from '../engine/pass.ts';
import { type Bench, type BenchOptions, type BenchResult, median, quantile } from './bench.ts';
import { benchModel, modelFile } from './engine/model.ts';

const promptTokens = 600;
const chunkTokens = 64;
const roundsFull = 20;
const roundsQuick = 8;

export const parking: Bench = {
  name: 'parking',
  summary: 'moving the KV cells of a prompt out of a sequence and back, against evaluating it again',
  takes: { full: '1 minute', quick: '40 seconds' },
  note: benchModel.note,

  async run(options: BenchOptions): Promise<BenchResult> {
    const { quick, log } = options;
    const file = await modelFile(options);
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
    const spec = { id: 'm', file, sequences: 1, contextTokens: 1_024, threads: 1 };
    const model = await LoadedModel.load(llama, { device: 'CPU', kvFolder: new KvFolder(), log }, spec, () => {});
    try {
      const prefillMs = await prefill(model);
      const moves: Move[] = [];
      for (let round = 1; round <= (quick ? roundsQuick : roundsFull); round += 1) moves.push(await move(model, round));
      return summarizeParking(prefillMs, moves, model.machineModel.shelfTokensMax);
    } finally {
      await model.dispose();
    }
  },
};

export interface Move {
  readonly parkMs: number;
  readonly restoreMs: number;
}

export function summarizeParking(prefillMs: number, moves: readonly Move[], shelfTokens: number): BenchResult {
  const park = moves.map(({ parkMs }) => parkMs);
  const restore = moves.map(({ restoreMs }) => restoreMs);
  return {
    figures: {
      'parking.park_ms': median(park),
      'parking.restore_ms': median(restore),
      'parking.prefill_ms': prefillMs,
      'parking.saved_ratio': prefillMs / (median(park) + median(restore)),
    },
    details: {
      promptTokens,
      shelfTokens,
      rounds: moves.length,
      parkQuartilesMs: [quantile(park, 0.25), quantile(park, 0.75)],
      restoreQuartilesMs: [quantile(restore, 0.25), quantile(restore, 0.75)],
    },
  };
}

/** Fills the sequence. @returns what its passes took, in ms of CPU time, which other programs blur less. */
async function prefill(model: LoadedModel): Promise<number> {
  const started = process.cpuUsage();
  for (let keep = 0; keep < promptTokens; keep += chunkTokens) {
    const count = Math.min(chunkTokens, promptTokens - keep);
    const tokens = Array.from({ length: count }, (_, index) => 1_000 + keep + index);
    await moveMs(model, { keep, tokens, sample: false });
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}

/** Cells out and, before the next pass, back in again. */
async function move(model: LoadedModel, key: number): Promise<Move> {
  const next = { keep: promptTokens, tokens: [2_000], sample: true };
  const parkMs = await moveMs(model, { ...next, moves: { park: key, drop: [] } });
  const restoreMs = await moveMs(model, { ...next, moves: { restore: key, drop: [] } });
  return { parkMs, restoreMs };
}

/**
 * Runs a pass. @returns what was done before it, in ms.
 * @throws when the pass did not evaluate what it should: then its time says nothing.
 */
async function moveMs(model: LoadedModel, item: Omit<PassItem, 'id' | 'slot'>): Promise<number> {
  const startedMs = performance.now();
  const { items, wallMs } = await model.run([{ id: 'm', slot: 0, ...item }]);
  if (items[0]?.kind !== 'done') throw new Error(`The pass was not done: ${JSON.stringify(items)}.`);
  return performance.now() - startedMs - wallMs;
}
