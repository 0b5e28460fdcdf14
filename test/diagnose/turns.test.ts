import { describe, expect, it } from 'vitest';
import { TooManyWait, Turns, waitingMax } from '../../runtime/diagnose/turns.ts';

const never = new AbortController().signal;

/** Work that the test ends. */
class Work {
  readonly log: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();

  run(name: string): () => Promise<string> {
    return () =>
      new Promise((resolve, reject) => {
        this.log.push(name);
        this.#ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
  }

  end(name: string, error?: Error): void {
    this.#ends.get(name)?.(error);
  }
}

describe('turns', () => {
  it('when one is under way, then the others wait in their order, whatever it ends in', async () => {
    const [turns, work] = [new Turns(), new Work()];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => turns.take(never, work.run(name)));
    expect(work.log).toEqual(['a']);
    work.end('a', new Error('broken'));
    await expect(a).rejects.toThrow('broken');
    expect(work.log).toEqual(['a', 'b']);
    work.end('b');
    expect(await b).toBe('b');
    work.end('c');
    expect(await c).toBe('c');
    const later = turns.take(never, work.run('d'));
    work.end('d');
    expect(await later).toBe('d');
  });

  it('when too many wait, then one more hears so at once, and there is room again when one has left', async () => {
    const [turns, work] = [new Turns(), new Work()];
    const gone = new AbortController();
    const first = turns.take(never, work.run('first'));
    const waiting = Array.from({ length: waitingMax }, (_, index) =>
      turns.take(index === 0 ? gone.signal : never, work.run(`${index}`)),
    );
    await expect(turns.take(never, work.run('too many'))).rejects.toThrow(TooManyWait);
    gone.abort(new Error('left'));
    await expect(waiting[0]).rejects.toThrow('left');
    const last = turns.take(never, work.run('last'));
    work.end('first');
    await first;
    for (let index = 1; index < waitingMax; index += 1) {
      work.end(`${index}`);
      await waiting[index];
    }
    work.end('last');
    expect(await last).toBe('last');
    expect(work.log).toEqual(['first', '1', '2', '3', 'last']);
  });

  it('when it is cancelled before its turn comes, then it never runs', async () => {
    const [turns, work] = [new Turns(), new Work()];
    await expect(turns.take(AbortSignal.abort(new Error('left')), work.run('a'))).rejects.toThrow('left');
    const first = turns.take(never, work.run('first'));
    await expect(turns.take(AbortSignal.abort(new Error('left')), work.run('b'))).rejects.toThrow('left');
    work.end('first');
    await first;
    expect(work.log).toEqual(['first']);
  });
});
