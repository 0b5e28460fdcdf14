/** A temporary folder without room, before the engine begins and while it works: a file system of its own, small enough to be filled. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answered, bank, Desk, keptFolders, liveFiles, words } from './desk.ts';

const tmpdirBefore = process.env['TMPDIR'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-full-'));
const ballast = path.join(folder, 'ballast');
/** Only the administrator of a Linux machine may; there are so few names that they can be used up, too. */
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,nr_inodes=64', 'punctual-test', folder], {
  encoding: 'utf8',
});
const canMount = mounted.status === 0;
/** An engine begins, and documents take turns twelve times: on a busy machine that takes its time. */
const timeoutMs = 120_000;

beforeAll(() => {
  process.env['TMPDIR'] = folder;
});
beforeEach(() => void mkdirSync(ballast));
afterEach(() => rmSync(ballast, { recursive: true, force: true }));
afterAll(() => {
  if (tmpdirBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = tmpdirBefore;
  if (canMount) spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true, force: true });
});

/** Until the system says that there is no room. */
function fillWith(put: (index: number) => void): void {
  for (let index = 0; ; index += 1) {
    try {
      put(index);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
      return;
    }
  }
}

function fillBytes(): void {
  for (const size of [65_536, 1_024, 1])
    fillWith(() => writeFileSync(path.join(ballast, 'bytes'), Buffer.alloc(size), { flag: 'a' }));
}

describe.skipIf(!canMount)(
  `a full temporary folder (needs a file system of its own: ${mounted.stderr?.trim()})`,
  () => {
    it(
      'when no name is left before the engine begins, then the load says so in a sentence, and with room it succeeds',
      async () => {
        const desk = new Desk();
        try {
          fillWith((index) => writeFileSync(path.join(ballast, `${index}`), ''));
          await expect(desk.load()).rejects.toThrow(
            /The engine could not be started \(ENOSPC: no space left on device.*\): make room on the disk of temporary files, then try again\./,
          );
          rmSync(ballast, { recursive: true });
          await desk.load();
          expect((await desk.ask(bank)).promptTokens).toBeGreaterThan(0);
        } finally {
          await desk.engine.close();
        }
        expect(keptFolders()).toEqual([]);
      },
      timeoutMs,
    );

    it(
      'when no byte is left while documents take turns, then each answer is that of a run with room, and with room cells are parked again',
      async () => {
        const desk = new Desk();
        const turns = [
          ['bank', bank],
          ['words', words],
          ['bank', `${bank}amount) {\n    `],
        ] as const;
        const take = async (): Promise<string[]> => {
          const answers: Answered[] = [];
          for (const [document, prefix] of turns) answers.push(await desk.ask(prefix, document));
          return answers.map(({ text }) => text);
        };
        try {
          await desk.load();
          const withRoom = await take();
          expect(liveFiles()).toHaveLength(1);
          fillBytes();
          expect(await take()).toEqual(withRoom);
          expect(desk.lines.join('\n')).toMatch(/could not be (parked|restored)/);
          rmSync(ballast, { recursive: true });
          const lines = desk.lines.length;
          expect(await take()).toEqual(withRoom);
          expect(await take()).toEqual(withRoom);
          expect(desk.lines.slice(lines).filter((line) => line.includes('could not be parked'))).toEqual([]);
          expect(liveFiles()).toHaveLength(1);
          expect(desk.recorder.of('lost')).toEqual([]);
        } finally {
          await desk.engine.close();
        }
        expect(keptFolders()).toEqual([]);
      },
      timeoutMs,
    );
  },
);
