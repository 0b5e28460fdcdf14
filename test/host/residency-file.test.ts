/** What survives of what residency has learned from one run to the next, and what does not. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LearnedResidency } from '../../runtime/core/residency/learned.ts';
import { ResidencyPolicy } from '../../runtime/core/residency/policy.ts';
import { ResidencyFile } from '../../runtime/host/residency-file.ts';
import { model, ready, view, words } from '../core/residency/world.ts';
import { ManualTimer } from './manual-timer.ts';

const minuteMs = 60_000;
const use = { class: 'summarize', targetMs: 10_000, workMs: 1_000 } as const;

let root: string;
let log: string[];
let epochMs: number;
let clock: ManualTimer;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-residency-'));
  log = [];
  epochMs = 1_000_000 * minuteMs;
  clock = new ManualTimer();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folder = (): string => path.join(root, 'home');
const file = (): string => path.join(folder(), 'residency.json');

interface Run {
  readonly policy: ResidencyPolicy;
  readonly kept: ResidencyFile;
}

/** A runtime whose clock begins at 0. */
async function start(nowMs: () => number = () => 0): Promise<Run> {
  const policy = new ResidencyPolicy({ readsAhead: false });
  const timer = clock.timer;
  const kept = await ResidencyFile.open({ file: file(), epochMs: () => epochMs, timer, log: (line) => log.push(line) });
  const recall = (learned: LearnedResidency): void => policy.recall(learned, nowMs());
  kept.keep({ knowledge: policy, recall, now: nowMs });
  return { policy, kept };
}

/** Whenever a Java file is selected in, `translator` is used 20 s later: eight times, a quarter of an hour apart. @returns the end. */
function teach(policy: ResidencyPolicy): number {
  for (let place = 0; place < 8; place += 1) {
    const atMs = place * 15 * minuteMs;
    policy.signal({ kind: 'selectionMade', language: 'java' }, atMs);
    policy.use('translator', use, atMs + 20_000);
  }
  return 8 * 15 * minuteMs;
}

/** What it does when somebody selects something in a Java file. */
function afterSignal(policy: ResidencyPolicy, nowMs: number): string[] {
  policy.signal({ kind: 'selectionMade', language: 'java' }, nowMs);
  const models = [ready('completion', { isPinned: true }, 1), model('translator')];
  return words(policy.decide(view(nowMs + 1_000, models)));
}

describe('what was learned, on disk', () => {
  it('when a runtime ends and another begins, then that loads ahead for a signal that only the first has learned', async () => {
    let nowMs = 0;
    const first = await start(() => nowMs);
    expect(afterSignal(new ResidencyPolicy({ readsAhead: false }), 0), 'nothing is known yet').toEqual([]);
    nowMs = teach(first.policy);
    await first.kept.settled();
    epochMs += 8 * 60 * minuteMs;
    const second = await start();
    expect(afterSignal(second.policy, minuteMs)).toEqual(['load ahead translator']);
    const forgetful = new ResidencyPolicy({ readsAhead: false });
    expect(afterSignal(forgetful, minuteMs), 'without it nothing is loaded').toEqual([]);
    expect(log).toEqual([]);
  });

  it('when time goes by between two runtimes, then the last uses lie back by as much, and a clock set back changes nothing', async () => {
    const agoMs = async (): Promise<number | undefined> => (await start()).policy.learned(0)?.models[0]?.agoMs;
    let nowMs = 0;
    const { policy, kept } = await start(() => nowMs);
    nowMs = teach(policy);
    const leftMs = 15 * minuteMs - 20_000;
    expect(policy.learned(nowMs)?.models[0]?.agoMs).toBe(leftMs);
    await kept.settled();
    epochMs += 10 * minuteMs;
    expect(await agoMs()).toBe(leftMs + 10 * minuteMs);
    epochMs -= 60 * minuteMs;
    expect(await agoMs()).toBe(leftMs);
  });

  it('when it goes on learning, then that is kept once a minute, and not when nothing was learned', async () => {
    const { policy, kept } = await start(() => 0);
    teach(policy);
    clock.fire();
    await kept.settled();
    const before = await stat(file());
    policy.decide(view(0, []));
    await kept.settled();
    expect((await stat(file())).ino, 'not written again').toBe(before.ino);
    policy.use('translator', use, 200 * minuteMs);
    await kept.settled();
    expect((await stat(file())).ino).not.toBe(before.ino);
    expect(await readdir(folder()), 'no draft is left').toEqual(['residency.json']);
  });

  // Windows keeps no such modes.
  it.skipIf(process.platform === 'win32')('when it is kept, then its owner alone may read it', async () => {
    const { policy, kept } = await start();
    teach(policy);
    await kept.settled();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['no JSON', '{"version":'],
    ['empty', ''],
    ['of another version', '{"version":99,"savedMs":0,"learned":{}}'],
    ['of another form', '{"version":1,"savedMs":0,"learned":{"all":{"ended":[1],"spentMs":[],"gaps":1},"models":[]}}'],
    ['far too large', ' '.repeat(5 * 1024 * 1024)],
  ])('when the file is %s, then it is set aside with a sentence, and learning begins anew', async (_, text) => {
    await mkdir(folder(), { recursive: true });
    await writeFile(file(), text);
    const { policy, kept } = await start();
    expect(policy.learned(0)?.models).toEqual([]);
    expect(await readFile(`${file()}.damaged`, 'utf8')).toBe(text);
    expect(log).toEqual([
      expect.stringMatching(
        /^what earlier runs have learned .* is ignored, and the file is now residency\.json\.damaged: /,
      ),
    ]);
    teach(policy);
    await kept.settled();
    expect((await readdir(folder())).sort()).toEqual(['residency.json', 'residency.json.damaged']);
    log.length = 0;
    expect((await start()).policy.learned(0)?.models).toHaveLength(1);
    expect(log).toEqual([]);
  });

  it('when it cannot be written, then the log says so and nothing breaks', async () => {
    await writeFile(path.join(root, 'home'), 'a file where the folder should be');
    const { policy, kept } = await start();
    teach(policy);
    await kept.settled();
    // Neither read nor written: the folder is a file.
    expect(log).toEqual([
      expect.stringContaining('ENOTDIR'),
      expect.stringMatching(/^what was learned of when models are needed cannot be kept: /),
    ]);
  });
});
