/** A recorder keeps text only from when it was asked for, gives it only to whom asks, and decides and plays the same with it. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { integer, newRandom } from '../../runtime/bench/random.ts';
import type { Event } from '../../runtime/core/event.ts';
import { Learned } from '../../runtime/core/learned.ts';
import { punctual } from '../../runtime/core/policies/punctual.ts';
import { schedulerDefaults } from '../../runtime/core/scheduler-options.ts';
import type { Prompt } from '../../runtime/core/task.ts';
import { readLog } from '../../runtime/log/read.ts';
import { textsOf } from '../../runtime/log/read-texts.ts';
import { Recorder } from '../../runtime/log/recorder.ts';
import { replay } from '../../runtime/log/replay.ts';
import { task } from '../core/fixtures.ts';
import { modelIds, RecordedHouse, secret } from './recorded-house.ts';

const textOf = (log: Buffer): string => gunzipSync(log).toString();
const turnLines = (log: Buffer): string[] =>
  textOf(log)
    .split('\n')
    .filter((line) => line.startsWith('{"atMs":'));

const days = new Map<string, Promise<Buffer>>();

/** Recorded once: with text from the beginning, or without. */
function dayOf(seed: number, withText: boolean): Promise<Buffer> {
  const key = `${seed} ${withText}`;
  const day = days.get(key) ?? recordedDay(seed, withText);
  days.set(key, day);
  return day;
}

async function recordedDay(seed: number, withText: boolean): Promise<Buffer> {
  const house = new RecordedHouse(seed);
  if (withText) expect(house.recorder.keepText()).toEqual({ sinceMs: 0, isNew: true });
  await house.day(40);
  const log = await house.recorder.export(withText);
  await house.loop.close();
  return log;
}

/** What comes one after the other, with a word of its own in everything that has text. */
class Tape {
  readonly recorder: Recorder;
  #atMs = 0;

  constructor(bytesMax = 1e9) {
    const timer = () => () => undefined;
    this.recorder = new Recorder({ ...{ bytesMax, version: '1', userFolder: '/home/jsmith', timer }, log: () => {} });
    this.recorder.begin({ ...schedulerDefaults, policy: punctual, knowledge: new Learned() });
  }

  hear(event: Event): void {
    this.#atMs += 1;
    this.recorder.note(this.#atMs, event, []);
  }

  /** Asked and answered, with the word in the context, the prompt, behind the cursor and in the answer. */
  complete(word: string): void {
    const pieces = [{ path: 'b.ts', text: word, comments: `// ${word}Context\n` }];
    const prompt: Prompt = {
      ...{ kind: 'infill', prefix: `same;${word}Prefix`, suffix: `${word}Suffix`, typed: `${word}Typed` },
      context: { repository: word, path: `${word}/a.ts`, pieces },
    };
    this.hear({ kind: 'submit', task: task(word, { supersedeKey: `file:///${word}.ts`, prompt }) });
    this.hear({ kind: 'submit', task: task(`${word}Chat`, { prompt: { kind: 'chat', user: `${word}User` } }) });
    this.hear({ kind: 'tokens', id: word, tokens: [1], text: `${word}Answer` });
  }
}

/** Everything that `complete` has of text. */
const wordsOf = (word: string): string[] =>
  ['Context', 'Prefix', 'Suffix', 'Typed', 'User', 'Answer'].map((end) => word + end);
const isIn = (words: readonly string[], text: string): boolean[] => words.map((word) => text.includes(word));
const all = Array<boolean>(6).fill(true);
const noneOf = Array<boolean>(6).fill(false);

describe('a recorder that is asked for text', () => {
  it.each([1, 2])(
    'when day %i is recorded with text and without, then both have the same turns and play identically',
    async (seed) => {
      const [without, withText] = await Promise.all([dayOf(seed, false), dayOf(seed, true)]);
      expect(turnLines(withText)).toEqual(turnLines(without));
      expect(replay(readLog(withText))).toEqual(replay(readLog(without)));
      expect(replay(readLog(withText)).difference).toBeUndefined();
      expect(textOf(without)).not.toContain(secret);
      expect(readLog(without).texts).toEqual([]);
    },
  );

  it('when a day is recorded with text, then every prompt is in it, and no address, path or folder', async () => {
    const log = await dayOf(1, true);
    const read = readLog(log);
    const submitted = read.turns.filter(({ event }) => event.kind === 'submit');
    const prompts = textsOf(read).filter(({ prompt }) => prompt !== undefined);
    expect(submitted.length).toBeGreaterThan(50);
    expect(prompts).toHaveLength(submitted.length);
    for (const { prompt } of prompts) expect(Object.values(prompt ?? {}).join('')).toContain(secret);
    expect(textOf(log)).not.toContain('jsmith');
  });

  it('when nobody has asked, then an export with text has none', async () => {
    const tape = new Tape();
    tape.complete('early');
    expect(await tape.recorder.export(true)).toEqual(await tape.recorder.export());
    expect(readLog(await tape.recorder.export(true)).end.text).toBeUndefined();
  });

  it('when somebody asks, then what comes later is kept and what came before is not, however little before', async () => {
    const tape = new Tape();
    tape.complete('early');
    expect(tape.recorder.keepText()).toEqual({ sinceMs: 3, isNew: true });
    expect(readLog(await tape.recorder.export(true)).end.text).toEqual({ sinceMs: 3, lines: 0 });
    tape.complete('late');
    expect(tape.recorder.keepText()).toEqual({ sinceMs: 3, isNew: false });
    const log = await tape.recorder.export(true);
    expect(isIn(wordsOf('late'), textOf(log))).toEqual(all);
    expect(isIn(wordsOf('early'), textOf(log))).toEqual(noneOf);
    // Addresses are no text.
    expect(textOf(log)).not.toContain('late.ts');
    expect(textOf(log)).not.toContain('late/a.ts');
    expect(readLog(log).end.text).toEqual({ sinceMs: 3, lines: 3 });
  });

  it('when it keeps text and an export is to have none, then it has none, before and after it was packed', async () => {
    const tape = new Tape();
    tape.recorder.keepText();
    tape.complete('late');
    for (let round = 0; round < 2; round += 1) {
      const log = await tape.recorder.export();
      expect(isIn(wordsOf('late'), textOf(log))).toEqual(noneOf);
      expect(textOf(log)).not.toContain('"text"');
      for (let count = 0; count < 2_000; count += 1) tape.complete(`more${count}`);
    }
    expect(textOf(await tape.recorder.export())).not.toMatch(/more\d+(Prefix|Answer)/);
    expect(isIn(wordsOf('more1999'), textOf(await tape.recorder.export(true)))).toEqual(all);
  });

  it('when somebody watches meanwhile, then no line that he is told has text', async () => {
    const tape = new Tape();
    const heard: string[] = [];
    tape.recorder.keepText();
    tape.complete('late');
    const { past } = await tape.recorder.follow(1e9, (lines) => heard.push(...lines));
    tape.complete('later');
    await tape.recorder.export();
    expect([past.length, heard.length]).toEqual([3, 3]);
    expect(isIn([...wordsOf('late'), ...wordsOf('later')], [...past, ...heard].join(''))).toEqual([
      ...noneOf,
      ...noneOf,
    ]);
  });
});

/** A prompt of so many characters, no two alike, so that packing does not make it small. */
function hardPrompt(seed: number): Prompt {
  const random = newRandom(seed, 'hard');
  const letters = Array.from({ length: 140_000 }, () => String.fromCharCode(integer(random, 32, 127)));
  return { kind: 'chat', user: letters.join('') };
}

const hard = { class: 'summarize', model: modelIds[0] ?? '', sla: { kind: 'e2e', targetMs: 60_000 } } as const;

describe('the bound of a recorder', () => {
  it('when text fills it, then the recording ends, says when, and plays', async () => {
    const house = new RecordedHouse(1, { bytesMax: 400_000 });
    house.recorder.keepText();
    for (let count = 0; count < 8; count += 1) {
      house.submit({ ...hard, prompt: hardPrompt(count) });
      house.run(5_000);
      await house.recorder.export();
    }
    const log = readLog(await house.recorder.export(true));
    await house.loop.close();
    expect(log.end.cutMs).toBeLessThan(house.clock.now() - 5_000);
    expect(textsOf(log).length).toBeGreaterThan(1);
    expect(textsOf(log).length).toBeLessThan(8);
    expect(replay(log).difference).toBeUndefined();
  });

  it.each([
    ['it is turned off', 0],
    ['it is full', 1],
  ])('when %s, then no text can be kept any more', async (_why, bytesMax) => {
    const tape = new Tape(bytesMax);
    for (let count = 0; count < 2_000; count += 1) tape.complete(`early${count}`);
    await tape.recorder.export();
    expect(tape.recorder.keepText()).toBeUndefined();
    tape.complete('late');
    expect(isIn(wordsOf('late'), textOf(await tape.recorder.export(true)))).toEqual(noneOf);
  });

  it('when a part of the text cannot be packed, then it all ends there and plays, and what was kept before can be read', async () => {
    let textParts = 0;
    const lines: string[] = [];
    const pack = async (text: string): Promise<Buffer> => {
      textParts += text.startsWith('{"text"') ? 1 : 0;
      if (textParts === 3) throw new Error('no memory');
      return gzipSync(text);
    };
    const house = new RecordedHouse(1, { pack, log: (line) => lines.push(line) });
    house.recorder.keepText();
    const ask = async (count: number): Promise<Buffer> => {
      house.submit({ ...hard, prompt: hardPrompt(count) });
      house.run(5_000);
      return house.recorder.export(true);
    };
    for (let count = 0; count < 3; count += 1) await ask(count);
    expect(lines).toContainEqual(
      expect.stringMatching(/^the recording for 'punctual record' ends here, .*: no memory$/),
    );
    const log = readLog(await house.recorder.export(true));
    expect(readLog(await ask(3))).toEqual(log);
    await house.loop.close();
    expect(log.end.cutMs).toBe(log.turns.at(-1)?.atMs);
    expect(textsOf(log)).toHaveLength(2);
    expect(replay(log).difference).toBeUndefined();
  });
});
