/** Completions through the loop, the scheduler and a simulated engine with the costs of a slow processor: nothing is faked but time. */
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { infillTokens } from '../../runtime/bench/replay/prompt-tokens.ts';
import type { PassReport } from '../../runtime/core/pass-report.ts';
import type { InfillPrompt } from '../../runtime/core/task.ts';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { ModelSpec } from '../../runtime/engine/engine.ts';
import { SimulatedEngine } from '../../runtime/engine/simulated.ts';
import { CompletionFeature } from '../../runtime/features/completion/index.ts';
import { Loop } from '../../runtime/loop.ts';
import type { InlineCompletionResultSaid as InlineCompletionResult } from '../../runtime/protocol.ts';
import { settingsOf } from '../whole-settings.ts';
import { models } from './fakes.ts';

const settings = settingsOf({ model: '/models/slow.gguf', completion: { targetMs: 1_000 } });
const never = new AbortController().signal;
const code = Array.from({ length: 200 }, (_, line) => `  const value${line} = compute(${line}, "a few words");\n`).join(
  '',
);

/** In the order in which most models are asked: prefix, suffix, and behind them what was typed. */
function anchoredTokens({ typed = '', ...window }: InfillPrompt): number[] {
  return [...infillTokens(window, 0), ...infillTokens({ prefix: typed, suffix: '' }, 0).slice(1, -2)];
}

class Desk {
  readonly clock = new VirtualClock();
  readonly engine = new SimulatedEngine({
    clock: this.clock,
    seed: 1,
    script: ({ prompt }) => ({
      promptTokens: prompt.kind === 'infill' ? anchoredTokens(prompt) : [],
      answerTokens: [7, 7, 7, 7, 7],
    }),
  });
  readonly loop = new Loop(this.engine, {
    now: () => this.clock.now(),
    timer: (ms, callback) => this.clock.at(this.clock.now() + ms, callback),
    specOf: (id): ModelSpec => ({ id, file: `${id}`, sequences: 4, contextTokens: 2_048, threads: 1 }),
  });
  readonly completion = new CompletionFeature(this.loop, models, []);
  readonly passes: PassReport[] = [];

  constructor() {
    this.loop.onPass((pass) => this.passes.push(pass));
    this.loop.prepare(settings.model);
    this.clock.run();
  }

  request(text: string, offset: number) {
    const document = TextDocument.create('file:///project/a.ts', 'typescript', 1, text);
    const position = document.positionAt(offset);
    return { document, position, invoked: false, settings, client: 'w1', receivedMs: this.clock.now() };
  }

  /** Runs until it is answered; promises settle between the calls of the clock. */
  async answer<T>(answer: Promise<T>): Promise<T> {
    let isOver = false;
    void answer.then(() => {
      isOver = true;
    });
    for (;;) {
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      if (isOver) return answer;
      if (!this.clock.step()) throw new Error('Everything came to rest before the answer.');
    }
  }

  complete(text: string, offset: number): Promise<InlineCompletionResult> {
    return this.answer(this.completion.complete(this.request(text, offset), never));
  }

  /** Types a text at an offset; what became of each keystroke's completion. */
  async type(text: string, offset: number, typed: string): Promise<InlineCompletionResult['punctual'][]> {
    const traces = [];
    for (const [index] of [...typed].entries()) {
      const now = text.slice(0, offset) + typed.slice(0, index + 1) + text.slice(offset);
      traces.push((await this.complete(now, offset + index + 1)).punctual);
    }
    return traces;
  }
}

const offset = code.indexOf('const value120');

describe('a completion on a slow processor', () => {
  it('when nothing is warm, then the prompt is shorter and the answer in time, and the trace says why', async () => {
    const desk = new Desk();
    const { punctual } = await desk.complete(code, offset);
    expect(punctual).toMatchObject({ kept: true });
    expect(punctual.ttftMs).toBeLessThanOrEqual(1_000);
    expect(punctual.fitted).toMatchObject({ targetMs: 1_000 });
    expect(punctual.fitted?.droppedTokens).toBeGreaterThan(200);
    expect(punctual.fitted?.forecastMs).toBeLessThanOrEqual(700);
    expect(punctual.promptTokens).toBeGreaterThan(50);
  });

  it('when the window was evaluated in idle time, then the next prompt is the whole one, and in time', async () => {
    const desk = new Desk();
    await desk.answer(desk.completion.warmUp(desk.request(code, offset), never));
    expect(desk.passes.length).toBeGreaterThan(5);
    expect(desk.passes.every(({ kind }) => kind === 'prefill')).toBe(true);
    const { punctual } = await desk.complete(`${code.slice(0, offset)}x${code.slice(offset)}`, offset + 1);
    expect(punctual.fitted).toBeUndefined();
    expect(punctual).toMatchObject({ kept: true });
    expect(punctual.promptTokens).toBeGreaterThan(600);
    const completions = desk.loop.status().classes.find(({ class: name }) => name === 'completion');
    expect(completions).toMatchObject({ finished: 1, decided: 1, superseded: 0 });
  });

  it('when somebody types while it warms up, then it makes way within a pass, and what it has done is not done again', async () => {
    const desk = new Desk();
    const warm = desk.completion.warmUp(desk.request(code, offset), never);
    desk.clock.runUntil(() => desk.passes.length >= 5);
    const evaluated = desk.passes.reduce((sum, { tokens }) => sum + tokens, 0);
    const before = desk.passes.length;
    const asked = desk.completion.complete(desk.request(code, offset), never);
    const { punctual } = await desk.answer(asked);
    await desk.answer(warm);
    const [inFlight, ...own] = desk.passes.slice(before);
    expect(inFlight?.wallMs).toBeLessThanOrEqual(250);
    expect(own[0]?.id).not.toBe(inFlight?.id);
    expect(punctual.kept).toBe(true);
    expect(punctual.reusedTokens).toBeGreaterThanOrEqual(evaluated);
  });

  it('when a small window is typed in, then all of it but the last word is reused from keystroke to keystroke', async () => {
    const desk = new Desk();
    const traces = await desk.type(code, offset, 'const answer = 4');
    const later = traces.slice(1);
    expect(later.every(({ kept }) => kept)).toBe(true);
    for (const { promptTokens = 0, reusedTokens = 0 } of later)
      expect(promptTokens - reusedTokens).toBeLessThanOrEqual(2);
  });
});
