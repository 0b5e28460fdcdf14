/**
 * Files of the home folder as somebody else, a crash or an older version may have left them. Whatever is in them, whoever reads them goes on:
 * with what can be used, or as if there were none.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { integer, pick, type Random } from '../../bench/random.ts';
import { Home } from '../../client/home.ts';
import { readRendezvous } from '../../client/rendezvous.ts';
import { newCostModel } from '../../core/estimate.ts';
import { LearnedForecast } from '../../core/residency/forecast.ts';
import { gapBuckets, type LearnedResidency } from '../../core/residency/learned.ts';
import { residencyDefaults } from '../../core/residency/options.ts';
import { PromptError, parsePrompt } from '../../features/prompts/prompt.ts';
import { LoadTimes } from '../../host/load-times-file.ts';
import { ResidencyFile } from '../../host/residency-file.ts';
import { Calibrations } from '../../models/calibrations.ts';
import { Manifest } from '../../models/store/manifest.ts';
import { readRecord } from '../../models/store/part-file.ts';
import { clientSettingsSchema } from '../../protocol.ts';
import { FeedbackFile } from '../../server/feedback-file.ts';
import type { Case, Failure, Target } from '../case.ts';
import { chance, type Json, nastyTexts, nastyValue, spoiled, spoiledBytes } from '../mutate.ts';

export interface HomeFile {
  readonly file: string;
  /** As we would write it. */
  readonly right: Json | string;
  /** Whether it was taken for what it is; else its reader has gone on without it. */
  read(folder: string, bytes: Buffer): Promise<boolean>;
}

const timer = () => () => undefined;

/** Whether nothing was said against the file. */
async function isQuiet(read: (log: () => void) => Promise<unknown>): Promise<boolean> {
  let lines = 0;
  await read(() => {
    lines += 1;
  });
  return lines === 0;
}

const digest = 'a'.repeat(64);
const counts = { shown: 1, accepted: 1, partly: 0, rejected: 0, retained: 1, lost: 0 };

const buckets = Array.from({ length: gapBuckets }, (_, index) => index);
const gaps = { ended: buckets, spentMs: buckets, gaps: 66 };

const ordinary: readonly HomeFile[] = [
  {
    file: 'runtime.json',
    right: { pid: 1, port: 1, token: 'x'.repeat(43), version: '1.0.0', protocol: 1 },
    read: async (folder) => (await readRendezvous(new Home(folder))) !== undefined,
  },
  {
    file: 'completion-statistics.json',
    right: { version: 1, counts: [{ language: 'go', model: 'm', acceptRate: 0.5, ...counts }], learned: { a: 0.5 } },
    read: (folder) =>
      isQuiet(async (log) => {
        const file = await FeedbackFile.open({ file: path.join(folder, 'completion-statistics.json'), timer, log });
        return JSON.stringify(file.book.statistics);
      }),
  },
  {
    file: 'residency.json',
    right: {
      ...{ version: 1, savedMs: 1e12 },
      learned: {
        all: gaps,
        models: [{ model: 'm', agoMs: 1, gaps }],
        signals: [{ key: 'open go', seen: 3, hits: [{ model: 'm', count: 2, leadMs: 900 }] }],
        profiles: [{ model: 'm', slackMs: -5, workMs: 300, tasks: 4 }],
      },
    },
    read: (folder) =>
      isQuiet(async (log) => {
        const file = path.join(folder, 'residency.json');
        recalled(await ResidencyFile.open({ file, epochMs: () => 1.1e12, timer, log }));
      }),
  },
  {
    file: 'load-times.json',
    right: { version: 1, files: [{ file: '/m.gguf', fileBytes: 1_000, hotMs: [10], coldMs: [100] }] },
    read: (folder) =>
      isQuiet(async (log) => {
        const times = await LoadTimes.open({ file: path.join(folder, 'load-times.json'), log });
        return times.predict('/m.gguf', 1_000);
      }),
  },
  {
    file: 'models.json',
    right: {
      ...{ version: 1, firstDigests: { 'https://h/a.gguf': digest }, remembered: [{ path: '/x.gguf', atMs: 1 }] },
      files: { 'a.gguf': { uri: 'https://h/a.gguf', bytes: 1, sha256: digest, verified: 'hub', atMs: 1 } },
    },
    read: (folder) => isQuiet((log) => new Manifest(folder, log).read()),
  },
  {
    file: 'a.gguf.part.json',
    right: { version: 1, uri: 'https://h/a.gguf', bytes: 10, validator: '"x"', done: [{ from: 0, to: 5 }] },
    read: async (folder) => (await readRecord(path.join(folder, 'a.gguf'))) !== undefined,
  },
  {
    file: 'settings',
    right: {
      model: 'auto',
      models: { completion: 'x' },
      completion: { targetMs: 500 },
      downloads: { mirror: 'https://h' },
    },
    read: (_, bytes) => Promise.resolve(clientSettingsSchema.safeParse(jsonOf(bytes)).success),
  },
  {
    file: 'translate.md',
    right: `---
task: translate
version: 1
class: translate
role: translate
sla: e2e
answer: code
maxTokens: 8192
demoTokens: 120
---
Translate this {{source}} to {{target}}.

{{code}}
`,
    read: (_, bytes) => Promise.resolve(promptOf(bytes)),
  },
];

/** Into what foresees by it: a file that was taken must not upset who goes by it. */
function recalled(file: ResidencyFile): void {
  const forecast = new LearnedForecast(residencyDefaults);
  const nowMs = 5_000;
  file.keep({
    knowledge: { lessons: 0, learned: () => undefined },
    recall: (learned: LearnedResidency) => forecast.recall(learned, nowMs),
    now: () => nowMs,
  });
  forecast.needOf('m', nowMs, 60_000);
  forecast.learned(nowMs);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function promptOf(bytes: Buffer): boolean {
  try {
    parsePrompt(bytes.toString(), 'translate');
    return true;
  } catch (error) {
    if (error instanceof PromptError) return false;
    throw error;
  }
}

function bytesOf(random: Random, right: Json | string): Buffer {
  const whole = typeof right === 'string' ? Buffer.from(right) : undefined;
  if (whole !== undefined) {
    const pieces = [whole.toString(), pick(random, nastyTexts), '\n---\n', '{{', '}}', 'version: '];
    const at = integer(random, 0, whole.length);
    const put = Buffer.from(pick(random, pieces));
    const mixed = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at)]);
    return chance(random, 0.5) ? mixed : spoiledBytes(random, mixed);
  }
  const value = chance(random, 0.9) ? spoiled(random, right) : nastyValue(random);
  const text = Buffer.from(JSON.stringify(value));
  return chance(random, 0.3) ? spoiledBytes(random, text) : text;
}

/** The name of the file depends on the model, so one is written first, to be spoiled. */
async function calibrationIn(folder: string): Promise<HomeFile> {
  const home = path.join(folder, 'calibrations');
  await mkdir(home);
  const key = { file: path.join(folder, 'model.gguf'), device: 'cpu', threads: 1 };
  await writeFile(key.file, 'GGUF');
  const calibrations = new Calibrations({ folder: home, log: () => undefined });
  await calibrations.save(key, newCostModel());
  const [name = 'none'] = await readdir(home);
  const file = path.join('calibrations', name);
  const right: Json = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
  return { file, right, read: async () => (await calibrations.load(key)) !== undefined };
}

/** @param folder an empty one, where they are to be read. */
export async function homeFiles(folder: string): Promise<readonly HomeFile[]> {
  return [...ordinary, await calibrationIn(folder)];
}

/** As {@link HomeFile.read} says, of what is put in its place. */
export async function readAs(kind: HomeFile, folder: string, bytes: Buffer): Promise<boolean> {
  await writeFile(path.join(folder, kind.file), bytes, { mode: 0o600 });
  return kind.read(folder, bytes);
}

/** A part names the file, the next one is what is in it. */
export async function filesTarget(): Promise<Target> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-fuzz-files-'));
  const kinds = await homeFiles(folder);
  return {
    ...{ name: 'files', share: 500, cutsBytes: false },
    make: (random): Case => {
      const kind = pick(random, kinds);
      return [Buffer.from(kind.file), bytesOf(random, kind.right)];
    },
    run: async ([name = Buffer.alloc(0), bytes = Buffer.alloc(0)]) => {
      const kind = kinds.find(({ file }) => file === name.toString());
      return kind && (await failureOf(kind, folder, bytes));
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function failureOf(kind: HomeFile, folder: string, bytes: Buffer): Promise<Failure | undefined> {
  try {
    await readAs(kind, folder, bytes);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'crash', message: `${kind.file}: ${message}` };
  }
}
