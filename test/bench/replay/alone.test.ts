import { describe, expect, it } from 'vitest';
import { ownPrefillMs } from '../../../runtime/bench/replay/alone.ts';
import type { Arrival } from '../../../runtime/bench/replay/arrivals.ts';
import { costsOf } from '../../../runtime/engine/simulated-model.ts';
import { completion, loadOf, plainMachine, summary, tokens } from './fixtures.ts';

const costs = costsOf(plainMachine.costs);

function ownMs(...arrivals: readonly Arrival[]): number[] {
  return [...ownPrefillMs(loadOf(...arrivals), costs).values()];
}

/** The same document, with another end. */
function typedOn(shared: number, count = 300): number[] {
  return [...tokens(shared), ...tokens(count - shared, 90_000 + shared)];
}

describe("the prefill that is a request's own", () => {
  it('when a prompt was evaluated whole, then the next of its document pays for what differs', () => {
    const second = completion('b', 1_000, { promptTokens: typedOn(260) });
    expect(ownMs(completion('a', 0), second)).toEqual([300, 40]);
  });

  it('when a request was taken back, then the next pays for what there was no time for as well', () => {
    const cut = completion('a', 0, { cancelAtMs: 120 });
    expect(ownMs(cut, completion('b', 120, { promptTokens: typedOn(260) }))).toEqual([300, 180]);
    const short = completion('a', 0, { cancelAtMs: 290 });
    expect(ownMs(short, completion('b', 290, { promptTokens: typedOn(260) }))).toEqual([300, 40]);
  });

  it('when one is taken back after another, then what each could evaluate adds up', () => {
    const first = completion('a', 0, { cancelAtMs: 100 });
    const second = completion('b', 100, { cancelAtMs: 150 });
    expect(ownMs(first, second, completion('c', 200))).toEqual([300, 200, 150]);
  });

  it('when a prompt was there before, then its last token is evaluated again', () => {
    expect(ownMs(completion('a', 0), completion('b', 500))).toEqual([300, 1]);
  });

  it('when requests are of different documents or of none, then they share nothing', () => {
    const other = completion('b', 500, { document: 'other.ts' });
    expect(ownMs(completion('a', 0), other, summary('s', 600), summary('t', 700))).toEqual([300, 300, 300, 300]);
  });
});
