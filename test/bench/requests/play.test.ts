/** Sessions with a made-up model on a simulated machine: a prompt of any length in 10 ms, four characters of an answer in 10 ms. */
import { describe, expect, it } from 'vitest';
import { placeKey } from '../../../runtime/bench/requests/answers.ts';
import { type Client, plainClient, productClient, reusingClient } from '../../../runtime/bench/requests/clients.ts';
import { playClient } from '../../../runtime/bench/requests/play.ts';
import type { TypedEdit } from '../../../runtime/bench/typing/session.ts';
import { machines } from '../../../runtime/bench/workloads.ts';
import { situationAt } from '../../../runtime/features/completion/situation.ts';
import type { ChosenModel } from '../../../runtime/features/tasks.ts';

const model: ChosenModel = { id: 'm', name: 'M', demo: false, chosen: true, contextTokens: 2_048 };
const costs = {
  prefill: [
    [1, 10],
    [10_000, 10],
  ],
  decode: [
    [1, 10],
    [8, 10],
  ],
  msPerKiloContext: 0,
} as const;
const machine = { model: { ...machines.cpu.model, costs }, completionTargetMs: 500 };
const head = 'use std::fmt;\n'.repeat(12);

/** Keys that type `typed` behind some lines, one character each, with the same gap behind each. */
function keys(typed: string, gapMs: number): TypedEdit[] {
  return [...typed].map((_, index) => {
    const text = head + typed.slice(0, index + 1);
    const situation = situationAt({ before: text, after: '' });
    const edit = { atMs: index * gapMs, gapMs, text, offset: text.length, situation };
    return { ...edit, grownBy: 1, answerTokens: 1, slowness: 1 };
  });
}

/** A model that knows what is going to be typed. */
function knowing(edits: readonly TypedEdit[], whole: string): Map<string, string> {
  return new Map(edits.map((edit) => [placeKey(edit), (head + whole).slice(edit.offset)]));
}

const line = 'let total = a + b;';
const play = (client: Client, edits: readonly TypedEdit[], answers: ReadonlyMap<string, string>) =>
  playClient(edits, client, answers, model, { machine, targetMs: 500 });

describe('clients of the bench', () => {
  it('when a plain client sees what is typed suggested, then each question is a request, and one suggestion is shown', async () => {
    const edits = keys(line.slice(0, 10), 1_000);
    const tally = await play(plainClient, edits, knowing(edits, line));
    expect(tally).toMatchObject({ edits: 10, asked: 10, requests: 10, answered: 10, shown: 1 });
  });

  it('when a client reuses what agrees, then one request is enough', async () => {
    const edits = keys(line.slice(0, 10), 1_000);
    const tally = await play(reusingClient, edits, knowing(edits, line));
    expect(tally).toMatchObject({ asked: 10, requests: 1, answered: 10, shown: 1 });
  });

  it('when each suggestion is contradicted, then each is a request and shown', async () => {
    const edits = keys('abcdefghij', 1_000);
    const answers = new Map(edits.map((edit, index) => [placeKey(edit), ` = ${index};`]));
    for (const client of [plainClient, reusingClient])
      expect(await play(client, edits, answers)).toMatchObject({ requests: 10, shown: 10 });
  });

  it('when the next key comes before the answer, then nothing is shown', async () => {
    // Asked for at 125 ms, the first token at 135 ms, the end of 18 characters at 185 ms.
    const edits = keys('abc', 180);
    const answers = new Map(edits.map((edit) => [placeKey(edit), '0123456789abcdefgh']));
    expect(await play(plainClient, edits, answers)).toMatchObject({ asked: 3, requests: 3, answered: 0, shown: 0 });
    expect(await play(plainClient, keys('abc', 190), answers)).toMatchObject({ requests: 3, shown: 3 });
  });

  it('when keys come faster than the editor asks, then nobody asks', async () => {
    const edits = keys('abcdef', 45);
    expect(await play(productClient(0), edits, new Map())).toMatchObject({ asked: 0, requests: 0 });
  });

  it('when a request is dearer, then the product makes no more of them', async () => {
    const edits = keys(line, 160);
    const requests = async (cost: number): Promise<number> =>
      (await play(productClient(cost), edits, new Map())).requests;
    expect(await requests(1)).toBeLessThan(await requests(0));
  });
});
