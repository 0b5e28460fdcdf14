import { describe, expect, it } from 'vitest';
import type { Load } from '../../../runtime/bench/replay/arrivals.ts';
import { replayLoad } from '../../../runtime/bench/replay/loads.ts';
import type { OutcomeRow } from '../../../runtime/bench/replay/score.ts';
import { type ReplayMachine, type ReplayRun, simulate } from '../../../runtime/bench/replay/simulate.ts';
import { readTraces } from '../../../runtime/bench/replay/traces.ts';
import { fcfs } from '../../../runtime/core/policies/fcfs.ts';
import { policyNamed } from '../../../runtime/core/policies/index.ts';
import { punctual } from '../../../runtime/core/policies/punctual.ts';
import { staticPolicy } from '../../../runtime/core/policies/static.ts';
import { completion, loadOf, plainMachine, summary, tokens } from './fixtures.ts';

function run(load: Load, policy = fcfs, machine: Partial<ReplayMachine> = {}): ReplayRun {
  return simulate({ load, policy, machine: { ...plainMachine, ...machine }, recordsPasses: true });
}

function row({ rows }: ReplayRun, id: string): OutcomeRow | undefined {
  return rows.find((each) => each.id === id);
}

describe('a request alone on the machine', () => {
  it('when it is answered, then its times are those of its passes', () => {
    const result = run(loadOf(completion('a', 1_000)));
    expect(result.rows).toEqual([
      {
        id: 'a',
        outcome: 'finished',
        relegated: false,
        // The last chunk of the prompt gives the first token, four more passes the rest, of which the last says that it is the end.
        firstTokenMs: 1_300,
        endMs: 1_340,
        prefilledTokens: 300,
        reusedTokens: 0,
        generatedTokens: 4,
      },
    ]);
    expect(result.busyMs).toEqual({ 'completion prompts': 300, 'other prompts': 0, decode: 40 });
    expect(result.passes.map(({ kind, startMs, tokens: count }) => [kind, startMs, count])).toEqual([
      ['prefill', 1_000, 100],
      ['prefill', 1_100, 100],
      ['prefill', 1_200, 100],
      ['decode', 1_300, 1],
      ['decode', 1_310, 1],
      ['decode', 1_320, 1],
      ['decode', 1_330, 1],
    ]);
    expect(result.endMs).toBe(1_340);
  });

  it('when its answer ends at once, then the end counts as its first token', () => {
    expect(row(run(loadOf(completion('a', 0, { answerTokens: 1 }))), 'a')).toMatchObject({
      outcome: 'finished',
      firstTokenMs: 300,
      endMs: 300,
      generatedTokens: 0,
    });
  });

  it('when it is taken back, then no pass for it begins any more', () => {
    const result = run(loadOf(completion('a', 0, { cancelAtMs: 150 })));
    expect(row(result, 'a')).toMatchObject({ outcome: 'cancelled', endMs: 150, prefilledTokens: 200 });
    expect(row(result, 'a')).not.toHaveProperty('firstTokenMs');
  });

  it('when it is taken back after its end, then it stays finished', () => {
    expect(row(run(loadOf(completion('a', 0, { cancelAtMs: 5_000 }))), 'a')).toMatchObject({
      outcome: 'finished',
      endMs: 340,
    });
  });
});

describe('what the cache holds', () => {
  const next = completion('b', 150, { promptTokens: [...tokens(250), ...tokens(50, 9_000)] });
  const load = loadOf(completion('a', 0, { cancelAtMs: 150 }), next);

  it('when a request of the document was taken back, then the next reuses what it had evaluated', () => {
    const result = run(load);
    expect(row(result, 'a')).toMatchObject({ prefilledTokens: 200, reusedTokens: 200 });
    expect(row(result, 'b')).toMatchObject({ prefilledTokens: 100, firstTokenMs: 300 });
  });

  it('when the machine reuses nothing, then all is evaluated again', () => {
    const result = run(load, fcfs, { reusesPrefixes: false });
    expect(row(result, 'a')).toMatchObject({ prefilledTokens: 200, reusedTokens: 0 });
    expect(row(result, 'b')).toMatchObject({ prefilledTokens: 300, firstTokenMs: 500 });
  });

  it('when another request needs the sequence, then the prompt is there again only where it was parked', () => {
    const other = summary('s', 1_000, { promptTokens: tokens(300, 5_000) });
    const back = loadOf(completion('a', 0), other, completion('b', 2_000));
    const prefilled = (machine: Partial<ReplayMachine>): number | undefined =>
      row(run(back, fcfs, { sequences: 1, ...machine }), 'b')?.prefilledTokens;
    expect(prefilled({ shelfTokensMax: 0 })).toBe(300);
    expect(prefilled({ shelfTokensMax: 1_000 })).toBe(1);
  });

  it('when many reuse the same tokens, then each counts once', () => {
    const result = run(
      loadOf(completion('a', 0, { cancelAtMs: 350 }), completion('b', 350, { cancelAtMs: 375 }), completion('c', 400)),
    );
    expect(row(result, 'a')).toMatchObject({ outcome: 'finished' });
    expect(result.rows.map(({ prefilledTokens }) => prefilledTokens)).toEqual([300, 1, 1]);
    expect(row(result, 'a')?.reusedTokens).toBe(299);
  });
});

describe('several at a time', () => {
  it('when a fixed number of sequences is full, then the next waits for its turn', () => {
    const load = loadOf(summary('a', 0), summary('b', 0, { promptTokens: tokens(300, 5_000) }));
    expect(row(run(load, staticPolicy(1)), 'b')).toMatchObject({ firstTokenMs: 640, endMs: 680 });
    const together = row(run(load, staticPolicy(2)), 'b');
    expect(together?.firstTokenMs).toBeLessThan(640);
  });

  it('when a keystroke comes during a summary, then punctual does not let it wait', () => {
    const load = loadOf(
      summary('s', 0, { answerTokens: 200 }),
      completion('k', 500, { promptTokens: tokens(50, 5_000) }),
    );
    const first = (policy: typeof punctual): number => row(run(load, policy), 'k')?.firstTokenMs ?? Number.NaN;
    expect(first(punctual)).toBeLessThanOrEqual(560);
    expect(first(staticPolicy(1))).toBeGreaterThan(1_000);
  });

  it('when a policy is told lengths and arrivals, then only then it knows them', () => {
    const seen: number[] = [];
    const load = loadOf(summary('s', 0, { answerTokens: 33 }));
    const spy = { ...fcfs, newTaskPolicy: () => spying(seen) };
    for (const isClairvoyant of [false, true]) simulate({ load, policy: spy, machine: plainMachine, isClairvoyant });
    expect(seen[0]).not.toBe(33);
    expect(seen[1]).toBe(33);
  });
});

function spying(seen: number[]): ReturnType<typeof fcfs.newTaskPolicy> {
  const real = fcfs.newTaskPolicy();
  return {
    add: (work, nowMs) => {
      seen.push(work.decodeTokens);
      real.add(work, nowMs);
    },
    remove: (id) => real.remove(id),
    first: () => real.first(),
    next: (running, room, nowMs) => real.next(running, room, nowMs),
  };
}

describe('a replayed minute', () => {
  const options = {
    trace: 'sessions',
    machine: 'cpu',
    seed: 1,
    load: 3,
    window: 'tuning',
    durationMs: 20_000,
  } as const;
  const load = replayLoad(readTraces(), options);

  it.each(['punctual', 'saber', 'edf', 'static:2'])('when %s plays it twice, then both runs are the same', (name) => {
    const policy = policyNamed(name) ?? fcfs;
    const once = run(load, policy);
    expect(run(load, policy)).toEqual(once);
    expect(once.rows.map(({ id }) => id)).toEqual(load.arrivals.map(({ id }) => id));
    expect(once.rows.filter(({ outcome }) => outcome === 'unanswered')).toEqual([]);
  });
});
