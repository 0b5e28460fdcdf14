/** What survives of the statistics from one run to the next, what does not, and that they can be deleted. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noStatistics, type Outcome } from '../../runtime/features/completion/feedback.ts';
import { FeedbackFile } from '../../runtime/server/feedback-file.ts';
import { ManualTimer } from './manual-timer.ts';

let root: string;
let log: string[];
let timer: ManualTimer;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'punctual-feedback-'));
  log = [];
  timer = new ManualTimer();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folder = (): string => path.join(root, 'home');
const file = (): string => path.join(folder(), 'completion-statistics.json');
const open = (): Promise<FeedbackFile> =>
  FeedbackFile.open({ file: file(), timer: timer.start, log: (line) => log.push(line) });
const outcome = (kind: Outcome['kind'], language = 'rust'): Outcome => ({
  kind,
  language,
  model: 'Tiny',
  features: { end: 1 },
});

describe('the statistics on disk', () => {
  it('when suggestions were counted, then the next run knows, and what it learned too', async () => {
    const first = await open();
    first.book.record([outcome('shown'), outcome('accepted')]);
    await first.settled();
    const second = await open();
    expect(second.book.statistics).toEqual(first.book.statistics);
    expect(second.book.statistics.learned.end).toBeGreaterThan(0);
    expect(log).toEqual([]);
  });

  it('when many come in a row, then they are written once, and no draft is left', async () => {
    const first = await open();
    for (let index = 0; index < 50; index += 1) first.book.record([outcome('shown', `l${index}`)]);
    expect(timer.pending).toBe(1);
    timer.advance(60_000);
    await first.settled();
    expect(timer.pending).toBe(0);
    expect((await open()).book.statistics.counts).toHaveLength(50);
    expect(await readdir(folder())).toEqual(['completion-statistics.json']);
  });

  it('when it is written, then neither text nor the name of a file is in it', async () => {
    const first = await open();
    first.book.record([outcome('shown')]);
    await first.settled();
    expect(Object.keys(JSON.parse(await readFile(file(), 'utf8')))).toEqual(['version', 'counts', 'learned']);
  });

  it('when it is cleared, then the file is gone, and nothing that was under way brings it back', async () => {
    const first = await open();
    first.book.record([outcome('shown')]);
    timer.advance(60_000);
    await first.clear();
    await first.settled();
    expect(await readdir(folder())).toEqual([]);
    expect(first.book.statistics).toEqual(noStatistics);
    expect(timer.pending).toBe(0);
    first.book.record([outcome('shown')]);
    await first.settled();
    expect((await open()).book.statistics.counts).toHaveLength(1);
  });

  it('when there is nothing to clear, then that is no error', async () => {
    const first = await open();
    await first.clear();
    expect(log).toEqual([]);
  });

  it('when the file cannot be deleted, then whoever asked for it hears that', async () => {
    const first = await open();
    await mkdir(path.join(file(), 'in-the-way'), { recursive: true });
    await expect(first.clear()).rejects.toThrow();
  });

  it.each([
    ['no JSON', '{'],
    ['of another version', '{"version":2,"counts":[],"learned":{}}'],
    ['with a count below 0', '{"version":1,"counts":[{"language":"a","model":"b","shown":-1}],"learned":{}}'],
    ['far too large', `"${'x'.repeat(300_000)}"`],
  ])('when the file is %s, then it is ignored and said so', async (_, text) => {
    await mkdir(folder(), { recursive: true });
    await writeFile(file(), text);
    expect((await open()).book.statistics).toEqual(noStatistics);
    expect(log).toHaveLength(1);
  });

  it('when it cannot be written, then nothing is thrown and the log says so', async () => {
    await writeFile(path.join(root, 'home'), 'a file');
    const first = await open();
    first.book.record([outcome('shown')]);
    await first.settled();
    expect(log.join('\n')).toContain('cannot be kept');
  });
});
