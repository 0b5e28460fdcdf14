/** What an asker hears of its task before the end, from the scheduler's decision to the listener, on a virtual clock. */
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../runtime/core/metrics.ts';
import { PredictionErrors } from '../../runtime/core/prediction.ts';
import type { TaskNote } from '../../runtime/features/tasks.ts';
import { Answers } from '../../runtime/loop/answers.ts';
import { type Asked, House, oneOfTwo } from '../loop-world.ts';

const relegated = { reason: 'relegated' } as const;

/** More than can be done by then. */
function crowd(house: House, targetMs: number): Asked[] {
  const limits = { maxTokens: 200, stop: [] };
  const asked = [1, 2, 3, 4].map(() => house.translate({ sla: { kind: 'e2e', targetMs }, limits }));
  asked.push(house.translate({ sla: { kind: 'e2e', targetMs: 600_000 }, limits }));
  return asked;
}

describe('a task that cannot be on time any more', () => {
  it('when it is given up, then its asker hears so at once, long before the end, and the result says the same', async () => {
    const house = new House();
    const asked = crowd(house, 6_000);
    house.until(() => asked.some(({ notes }) => notes.length > 0));
    const [first] = asked.filter(({ notes }) => notes.length > 0);
    expect(first?.result).toBeUndefined();
    house.clock.run();
    const results = await Promise.all(asked.map(({ handle }) => handle.done));
    expect(results.map((result) => result.relegated)).toEqual(asked.map(({ notes }) => notes.length > 0));
    for (const { notes } of asked) expect([[], [relegated]]).toContainEqual(notes);
    expect(results.every(({ kept, relegated }) => kept || relegated)).toBe(true);
    expect(results.at(-1)).toMatchObject({ kept: true, relegated: false });
  });

  it('when it begins again after the engine was lost, then it is as hopeless as before, and that is no news', async () => {
    const house = new House();
    const asked = crowd(house, 6_000);
    const hasBegun = ({ notes, pieces, result }: Asked): boolean => notes.length * pieces.length > 0 && !result;
    house.until(() => asked.some(hasBegun));
    const found = asked.find(hasBegun);
    house.engine.die();
    house.clock.run();
    expect(await found?.handle.done).toMatchObject({ outcome: { kind: 'finished' }, relegated: true });
    expect(house.loop.status().engineRestarts).toBe(1);
    for (const { notes } of asked) expect(notes.length).toBeLessThan(2);
  });

  it('when it is cancelled by the listener of its own note, then it settles, and others go on', async () => {
    const house = new House();
    const asked = crowd(house, 6_000);
    const handle = house.loop.submit(
      {
        class: 'translate',
        sla: { kind: 'e2e', targetMs: 100 },
        arrivalMs: house.clock.now(),
        model: 'm',
        prompt: { kind: 'chat', user: 'Translate this.' },
        limits: { maxTokens: 2_000, stop: [] },
      },
      { onNote: () => handle.cancel() },
    );
    house.clock.run();
    const result = await handle.done;
    expect(result).toMatchObject({ outcome: { kind: 'cancelled', by: 'client' }, relegated: true });
    for (const { handle: other } of asked) expect((await other.done).outcome.kind).toBe('finished');
  });
});

describe('a task that another model answers', () => {
  const urgent = { model: 'large', sla: { kind: 'e2e', targetMs: 25_000 } } as const;
  const houseOf = async (substitution: 'never' | 'automatically'): Promise<House> => {
    const house = new House({ holdings: oneOfTwo, residency: { substitution, readsAhead: false, loadsAhead: false } });
    const first = house.translate({ model: 'small' });
    house.clock.run();
    await first.handle.done;
    return house;
  };

  it('when its own model would come too late, then its asker hears at once who answers, and so does the result', async () => {
    const house = await houseOf('automatically');
    const asked = house.translate({ ...urgent, arrivalMs: house.clock.now() });
    expect(asked.notes).toEqual([{ reason: 'substituted', by: 'small' }]);
    house.clock.run();
    expect(await asked.handle.done).toMatchObject({
      outcome: { kind: 'finished' },
      answeredBy: 'small',
      relegated: false,
    });
    expect(asked.notes).toHaveLength(1);
  });

  it('when the user did not allow that, then the chosen model answers and nobody speaks of another', async () => {
    const house = await houseOf('never');
    const asked = house.translate({ ...urgent, arrivalMs: house.clock.now() });
    house.clock.run();
    expect(await asked.handle.done).not.toHaveProperty('answeredBy');
    expect(asked.notes.map(({ reason }) => reason)).not.toContain('substituted');
  });
});

describe('an asker who wants to be asked', () => {
  const urgent = { model: 'large', sla: { kind: 'e2e', targetMs: 25_000 }, substitution: 'ask' } as const;
  const houseOf = async (): Promise<House> => {
    const house = new House({ holdings: oneOfTwo, residency: { readsAhead: false, loadsAhead: false } });
    const first = house.translate({ model: 'small' });
    house.clock.run();
    await first.handle.done;
    return house;
  };

  it('when he takes the answer of another model, then it comes from that one, and he is told so', async () => {
    const house = await houseOf();
    const asked = house.translate({ ...urgent, arrivalMs: house.clock.now() });
    const [offer, ...more] = asked.offers;
    expect(more).toEqual([]);
    expect(offer).toMatchObject({ by: 'small', waitMs: 60_000, signal: { aborted: false } });
    expect(asked.notes).toEqual([]);
    offer?.answer('now');
    expect(offer?.signal.aborted).toBe(true);
    expect(asked.notes).toEqual([{ reason: 'substituted', by: 'small' }]);
    house.clock.run();
    expect(await asked.handle.done).toMatchObject({ outcome: { kind: 'finished' }, answeredBy: 'small', kept: true });
  });

  it('when he wants to wait, then the chosen model answers, and a second word of his changes nothing', async () => {
    const house = await houseOf();
    const asked = house.translate({ ...urgent, arrivalMs: house.clock.now() });
    asked.offers[0]?.answer('wait');
    asked.offers[0]?.answer('now');
    house.clock.run();
    expect(await asked.handle.done).not.toHaveProperty('answeredBy');
    expect(asked.offers).toHaveLength(1);
  });

  it('when he says nothing, then it waits, and the question goes away before the answer begins', async () => {
    const house = await houseOf();
    const asked = house.translate({ ...urgent, arrivalMs: house.clock.now() });
    house.until(() => asked.pieces.length > 0);
    expect(asked.offers[0]?.signal.aborted).toBe(true);
    asked.offers[0]?.answer('now');
    house.clock.run();
    expect(await asked.handle.done).not.toHaveProperty('answeredBy');
  });

  it('when the task is cancelled, or the house is closed, then the question goes away', async () => {
    const house = await houseOf();
    const [first, second] = [0, 1].map(() => house.translate({ ...urgent, arrivalMs: house.clock.now() }));
    expect(second?.offers).toHaveLength(1);
    first?.handle.cancel();
    expect([first, second].map((asked) => asked?.offers[0]?.signal.aborted)).toEqual([true, false]);
    first?.offers[0]?.answer('now');
    await house.loop.close();
    expect(second?.offers[0]?.signal.aborted).toBe(true);
    second?.offers[0]?.answer('now');
    expect((await first?.handle.done)?.outcome.kind).toBe('cancelled');
    expect((await second?.handle.done)?.outcome.kind).toBe('failed');
  });

  it('when there is nobody to ask, then it waits as if it had said never', async () => {
    const house = await houseOf();
    const handle = house.loop.submit({
      class: 'translate',
      arrivalMs: house.clock.now(),
      prompt: { kind: 'chat', user: 'Translate this.' },
      limits: { maxTokens: 20, stop: [] },
      ...urgent,
    });
    // Nobody stays for an answer that cannot come.
    expect(house.lines.at(-1)).toContain("evicted 'small'");
    house.clock.run();
    expect(await handle.done).not.toHaveProperty('answeredBy');
  });
});

describe('the answers under way', () => {
  const opened = () => {
    const answers = new Answers(new Metrics(60_000), new PredictionErrors());
    const notes: TaskNote[] = [];
    const task = {
      id: 't1',
      class: 'translate',
      sla: { kind: 'e2e', targetMs: 60_000 },
      arrivalMs: 0,
      model: 'large',
      prompt: { kind: 'chat', user: 'Translate this.' },
      limits: { maxTokens: 10, stop: [] },
    } as const;
    const done = answers.open(task, { onNote: (note) => notes.push(note) });
    const end = () => {
      answers.settle('t1', { kind: 'finished', reason: 'stop' }, 1);
      return done;
    };
    return { answers, notes, end };
  };

  it('when the same is decided twice, then it is told once', async () => {
    const { answers, notes, end } = opened();
    for (const _ of [1, 2]) answers.substitute('t1', 'small');
    for (const _ of [1, 2]) answers.relegate('t1');
    expect(notes).toEqual([{ reason: 'substituted', by: 'small' }, relegated]);
    expect(await end()).toMatchObject({ answeredBy: 'small', relegated: true });
  });

  it('when another model answers what its own could not have done in time, then it gives way to nobody', async () => {
    const { answers, end } = opened();
    answers.relegate('t1');
    answers.substitute('t1', 'small');
    expect(await end()).toMatchObject({ answeredBy: 'small', relegated: false });
  });

  it('when it comes back to the model that was chosen, then nobody else answers', async () => {
    const { answers, notes, end } = opened();
    answers.substitute('t1', 'small');
    answers.substitute('t1', 'large');
    expect(notes).toHaveLength(1);
    expect(await end()).not.toHaveProperty('answeredBy');
  });

  it('when it has ended, then nothing more is told of it', async () => {
    const { answers, notes, end } = opened();
    await end();
    answers.relegate('t1');
    answers.substitute('t1', 'small');
    expect(notes).toEqual([]);
  });
});
