/** The prediction against what a load really takes of the machine's RAM, with models of 70 and 132 MB on one thread. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certainLength } from '../../../runtime/core/lengths.ts';
import type { ModelSpec } from '../../../runtime/engine/engine.ts';
import { LlamaEngine } from '../../../runtime/engine/llama/process.ts';
import { engineProcess, type LoadSettings, predictMemory, residentBytes } from '../../../runtime/models/fit/memory.ts';
import { readModelFile } from '../../../runtime/models/gguf/read.ts';
import { embeddedModel, engineProgram } from '../../engine/models.ts';
import { Recorder } from '../../engine/recorder.ts';
import { engineRequest } from '../../engine/request.ts';
import { writeModerate } from './moderate.ts';

const hasProc = existsSync('/proc/self/status');
/** Prebuilt binaries use these instructions when the processor has them, and repack only then. */
const repacks = process.arch === 'arm64' || (hasProc && /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8')));
const cannot = !hasProc
  ? 'what a process takes is read from /proc, which this system does not have'
  : !repacks
    ? 'this processor has no vector instructions that weights are repacked for'
    : undefined;

const settings = { gpuLayers: 0, contextTokens: 2_048, sequences: 2 } as const;
const target = { backend: 'cpu', arch: process.arch, shares: [] } as const;

function expectWithinTenth(predicted: number, taken: number): void {
  expect(predicted / taken).toBeGreaterThan(0.9);
  expect(predicted / taken).toBeLessThan(1.1);
}

describe.skipIf(cannot !== undefined)(
  `memory of a real load${cannot === undefined ? '' : ` (not run: ${cannot})`}`,
  () => {
    let folder: string;
    const files = new Map<string, string>();

    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-fit-'));
      for (const type of ['Q4_0', 'Q8_0'] as const) files.set(type, await writeModerate(folder, type));
    });

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const loads = [
      { type: 'Q4_0', mmap: true },
      { type: 'Q4_0', mmap: false },
      { type: 'Q8_0', mmap: true },
      { type: 'Q8_0', mmap: false },
    ] as const;

    it.each(loads)(
      'when a $type file is loaded, mapped: $mmap, then it takes what was predicted',
      async ({ type, mmap }) => {
        const file = files.get(type) ?? '';
        const taken = await takenBy(file, { ...settings, mmap });
        const need = predictMemory(await readModelFile(file), { ...settings, mmap }, target);
        const { fileBytes, idleFileBytes } = need.host;
        const all = taken.anonymous + taken.file;
        expectWithinTenth(residentBytes(need), all);
        // What the collector has not yet taken back is in the small parts, too, so these are held to a tenth of the whole.
        const anonymous = residentBytes(need) - fileBytes - idleFileBytes;
        expect(Math.abs(anonymous - taken.anonymous)).toBeLessThan(all / 10);
        if (mmap) expectWithinTenth(fileBytes + idleFileBytes, taken.file);
        else expect(fileBytes + idleFileBytes).toBe(0);
      },
    );

    it('when the engine process loads it, then the process grows by what was predicted, and its library agrees', async () => {
      const engine = new LlamaEngine({ program: engineProgram, env: process.env });
      const recorder = new Recorder(engine);
      const load = async (id: string, file: string): Promise<number> => {
        const spec: ModelSpec = { id, file, ...settings, threads: 1 };
        engine.send({ kind: 'load', spec });
        await recorder.until(
          () => recorder.of('loaded').some(({ model }) => model === id) || recorder.of('loadFailed').length > 0,
        );
        expect(recorder.of('loadFailed')).toEqual([]);
        return residentOf(engine.pid);
      };
      try {
        const before = await load('small', embeddedModel);
        const after = await load('moderate', files.get('Q8_0') ?? '');
        const need = predictMemory(await readModelFile(files.get('Q8_0') ?? ''), { ...settings, mmap: true }, target);
        expectWithinTenth(residentBytes(need), after - before);
        await complete(engine, recorder);
        expectWithinTenth(residentBytes(need) + need.host.samplingBytes, residentOf(engine.pid) - before);
        const { weightBytes, fileBytes, idleFileBytes, kvBytes, computeBytes, reservedBytes } = need.host;
        const reported = recorder.of('loaded').find(({ model }) => model === 'moderate')?.info.memoryBytes ?? 0;
        expectWithinTenth(weightBytes + fileBytes + idleFileBytes + kvBytes + computeBytes + reservedBytes, reported);
        // What the process takes by itself depends on Node and the system: the constant only has to be of the right size.
        const small = predictMemory(await readModelFile(embeddedModel), { ...settings, mmap: true }, target);
        const own = before - residentBytes(small);
        expect((engineProcess.anonymousBytes + engineProcess.fileBytes) / own).toBeGreaterThan(0.6);
        expect((engineProcess.anonymousBytes + engineProcess.fileBytes) / own).toBeLessThan(1.7);
      } finally {
        await engine.close();
      }
    });
  },
);

/** A prompt of a few hundred tokens and an answer: what a pass touches and leaves behind is then there. */
async function complete(engine: LlamaEngine, recorder: Recorder): Promise<void> {
  const request = engineRequest({
    id: 'request',
    model: 'moderate',
    prompt: { kind: 'infill', prefix: ' return value'.repeat(100), suffix: ' end' },
    limits: { maxTokens: 40, stop: [] },
    sla: { kind: 'e2e', targetMs: 10_000 },
    answerTokens: certainLength(40),
  });
  engine.send({ kind: 'start', request });
  await recorder.until(() => recorder.hasEnded('request'));
  expect(recorder.outcome('request')?.kind).toBe('finished');
}

function residentOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

async function takenBy(file: string, load: LoadSettings): Promise<{ anonymous: number; file: number }> {
  const program = path.join(import.meta.dirname, 'load-child.mjs');
  const settings = [file, String(load.mmap), String(load.contextTokens), String(load.sequences)];
  // As the engine process is started (engine/llama/process.ts).
  const options = { env: { ...process.env, MALLOC_ARENA_MAX: '2' } };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=1', program, ...settings],
    options,
  );
  const taken: unknown = JSON.parse(stdout);
  if (typeof taken !== 'object' || taken === null || !('anonymous' in taken) || !('file' in taken))
    throw new Error(`the program that loads said: ${stdout}`);
  return { anonymous: Number(taken.anonymous), file: Number(taken.file) };
}
