/** KV cells that make room for another document's and come back, on the real engine: same answers, less to evaluate, nothing left over. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certainLength } from '../../runtime/core/lengths.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { removeStaleKvFolders } from '../../runtime/engine/llama/kv-folder.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { embeddedModel, engineProgram } from './models.ts';
import { Recorder } from './recorder.ts';

const tmpdirBefore = process.env['TMPDIR'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-parking-'));
const spec: ModelSpec = { id: 'm', file: embeddedModel, sequences: 1, contextTokens: 1_024, threads: 1 };

beforeAll(() => {
  process.env['TMPDIR'] = folder;
});

afterAll(() => {
  if (tmpdirBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = tmpdirBefore;
  rmSync(folder, { recursive: true, force: true });
});

interface Answered {
  readonly text: string;
  readonly promptTokens: number;
  readonly reusedTokens: number;
}

class Desk {
  readonly lines: string[] = [];
  readonly engine = new LlamaEngine({
    program: engineProgram,
    env: process.env,
    log: (line) => this.lines.push(line),
  });
  readonly recorder = new Recorder(this.engine);
  #asked = 0;

  async load(): Promise<void> {
    const before = this.recorder.of('loaded').length;
    this.engine.send({ kind: 'load', spec });
    await this.recorder.until(() => this.recorder.of('loaded').length > before);
  }

  async unload(): Promise<void> {
    const before = this.recorder.of('unloaded').length;
    this.engine.send({ kind: 'unload', model: 'm' });
    await this.recorder.until(() => this.recorder.of('unloaded').length > before);
  }

  /** @param document undefined: nobody will ask for it again, so it is not parked. */
  async ask(prefix: string, document?: string): Promise<Answered> {
    this.#asked += 1;
    const id = `request ${this.#asked}`;
    const request = {
      id,
      class: 'completion',
      model: 'm',
      document,
      prompt: { kind: 'infill', prefix, suffix: '' },
      limits: { maxTokens: 12, stop: [] },
      sla: { kind: 'e2e', targetMs: 1_000 },
      ageMs: 0,
      answerTokens: certainLength(12),
      relegated: false,
      generated: [],
    } as const;
    this.engine.send({ kind: 'start', request });
    await this.recorder.until(() => this.recorder.hasEnded(id));
    expect(this.recorder.outcome(id)?.kind).toBe('finished');
    const { promptTokens = 0, reusedTokens = 0 } = this.recorder.accepted(id) ?? {};
    return { text: this.recorder.text(id), promptTokens, reusedTokens };
  }

  /** Tokens that were really evaluated for prompts so far. */
  get prefilledTokens(): number {
    const passes = this.recorder.of('pass').filter(({ pass }) => pass.kind === 'prefill');
    return passes.reduce((sum, { pass }) => sum + pass.tokens, 0);
  }
}

function parkedFolders(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('punctual-kv-'));
}

function parkedFiles(): string[] {
  return parkedFolders().flatMap((name) =>
    readdirSync(path.join(folder, name)).map((file) => path.join(folder, name, file)),
  );
}

const bank = `class Account {\n${Array.from({ length: 8 }, (_, index) => `  deposit${index}(amount) {\n    this.balance += amount;\n  }\n`).join('')}  withdraw(`;
const words = `def count_words(text):\n${Array.from({ length: 8 }, (_, index) => `    line${index} = text.split()\n    total += len(line${index})\n`).join('')}    return`;
/** One sequence, two documents that take turns, each a little longer every time. */
const turns = [
  ['bank', bank],
  ['words', words],
  ['bank', `${bank}amount) {\n    `],
  ['words', `${words} total\n\ndef `],
  ['bank', `${bank}amount) {\n    if (`],
  ['words', `${words} total\n\ndef main(`],
] as const;

describe('two documents that take turns on one sequence', () => {
  let desk: Desk;

  beforeAll(() => {
    desk = new Desk();
  });
  beforeEach(() => desk.load());
  afterEach(() => desk.unload());

  afterAll(async () => {
    await desk.engine.close();
    expect(parkedFolders()).toEqual([]);
  });

  it('when their cells are parked, then each answer is that of a run without, and only what is new is evaluated', async () => {
    const plain: Answered[] = [];
    for (const [, prefix] of turns) plain.push(await desk.ask(prefix));
    expect(parkedFiles()).toEqual([]);
    const evaluatedPlain = desk.prefilledTokens;
    await desk.unload();
    await desk.load();
    const parked: Answered[] = [];
    for (const [document, prefix] of turns) parked.push(await desk.ask(prefix, document));
    expect(parked.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
    expect(new Set(plain.map(({ text }) => text)).size).toBeGreaterThan(2);
    const first = parked.slice(0, 2);
    expect(first.every(({ promptTokens }) => promptTokens > 90)).toBe(true);
    parked.slice(2).forEach(({ reusedTokens }, index) => {
      const before = parked[index];
      // All of the prompt before, but for the marker at its end and a token that the new text may have changed.
      expect(reusedTokens).toBeGreaterThan((before?.promptTokens ?? 0) - 6);
    });
    const evaluated = desk.prefilledTokens - evaluatedPlain;
    const claimed = parked.reduce((sum, { promptTokens, reusedTokens }) => sum + promptTokens - reusedTokens, 0);
    expect(evaluated).toBe(claimed);
    expect(evaluated).toBeLessThan(evaluatedPlain / 2);
    expect(desk.lines).toEqual([]);
  });

  it('when cells are parked, then nobody else may read them, and they are gone with the model', async () => {
    await desk.ask(bank, 'bank');
    await desk.ask(words, 'words');
    expect(parkedFiles()).toHaveLength(1);
    for (const file of parkedFiles()) expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const name of parkedFolders()) expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o700);
    await desk.unload();
    expect(parkedFiles()).toEqual([]);
  });

  it.each([
    ['gone', (file: string) => rmSync(file)],
    ['cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['empty', (file: string) => truncateSync(file, 0)],
  ])('when a file is %s, then its prompt is evaluated again and the answer is the same', async (_what, spoil) => {
    const first = await desk.ask(bank, 'bank');
    await desk.ask(words, 'words');
    const [file] = parkedFiles();
    spoil(file ?? '');
    const before = desk.prefilledTokens;
    const again = await desk.ask(bank, 'bank');
    expect(again.text).toBe(first.text);
    expect(desk.prefilledTokens - before).toBe(first.promptTokens);
    expect(desk.lines.join('\n')).toContain('could not be restored');
    // What goes wrong once does not stay: the next turns are parked and restored as ever.
    await desk.ask(words, 'words');
    expect((await desk.ask(bank, 'bank')).text).toBe(first.text);
  });

  it('when the engine ends in order, then it takes its files away', async () => {
    const other = new Desk();
    await other.load();
    await other.ask(bank, 'bank');
    await other.ask(words, 'words');
    expect(parkedFiles()).toHaveLength(1);
    await other.engine.close();
    expect(parkedFiles()).toEqual([]);
  });

  it('when the engine is killed, then what it left is removed', async () => {
    await desk.ask(bank, 'bank');
    await desk.ask(words, 'words');
    expect(parkedFiles()).toHaveLength(1);
    desk.engine.kill();
    await desk.recorder.until(() => desk.recorder.of('lost').length === 1);
    await removeStaleKvFolders();
    expect(parkedFolders()).toEqual([]);
  });
});

describe('folders of parked cells', () => {
  it('when a process is alive, or a name is none of ours, then its folder stays', async () => {
    const own = path.join(folder, `punctual-kv-${process.pid}-abc`);
    const other = path.join(folder, 'punctual-kv-x');
    for (const each of [own, other]) mkdirSync(each);
    await removeStaleKvFolders();
    expect([own, other].map((each) => existsSync(each))).toEqual([true, true]);
    for (const each of [own, other]) rmSync(each, { recursive: true });
  });
});
