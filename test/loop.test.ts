/** The loop between scheduler and engine, on a virtual clock: what a feature sees of a task from submission to its end. */
import { describe, expect, it } from 'vitest';
import { taskClasses } from '../runtime/core/task.ts';
import { type Asked, House, story } from './loop-world.ts';

describe('a task', () => {
  it('when it is submitted, then its model is loaded, its text comes in pieces, and the pieces are the result', async () => {
    const house = new House();
    const asked = house.submit();
    house.clock.run();
    const result = await asked.handle.done;
    expect(result).toMatchObject({ outcome: { kind: 'finished', reason: 'stop' }, text: 'return a + b;' });
    expect(asked.text).toBe(result.text);
    expect(asked.pieces.length).toBeGreaterThan(1);
    expect(result.promptTokens).toBeGreaterThan(0);
    expect(result.generatedTokens).toBeGreaterThanOrEqual(asked.pieces.length);
  });

  it('when it is a completion, then how sure the model was is told for all of its text; of other tasks it is not', async () => {
    const house = new House();
    const [completion, translation] = [house.submit(), house.translate()];
    house.clock.run();
    const { text, tokens = [], generatedTokens } = await completion.handle.done;
    expect(tokens.reduce((sum, { chars }) => sum + chars, 0)).toBe(text.length);
    expect(tokens).toHaveLength(generatedTokens);
    expect((await translation.handle.done).tokens).toBeUndefined();
  });

  it('when its model had to be loaded first, then that is charged to its promise; the next one keeps its own', async () => {
    const house = new House();
    const first = house.submit();
    house.clock.run();
    const second = house.submit();
    house.clock.run();
    const results = [await first.handle.done, await second.handle.done];
    expect(results.map(({ kept }) => kept)).toEqual([false, true]);
    expect(results[0]?.ttftMs).toBeGreaterThan(750);
    expect(results[1]?.reusedTokens).toBeGreaterThan(0);
  });

  it('when it waited before it was submitted, then the time runs from its arrival', async () => {
    const house = new House();
    house.submit();
    house.clock.run();
    const late = house.submit({ arrivalMs: house.clock.now() - 490 });
    house.clock.run();
    const result = await late.handle.done;
    expect(result.kept).toBe(false);
    expect(result.ttftMs).toBeGreaterThan(490);
  });

  it('when a newer one of the same document comes, then the older settles at once and the newer is answered', async () => {
    const house = new House();
    const older = house.submit({ supersedeKey: 'c1 file:///a.ts' });
    const newer = house.submit({ supersedeKey: 'c1 file:///a.ts' });
    expect((await older.handle.done).outcome).toEqual({ kind: 'cancelled', by: 'superseded' });
    house.clock.run();
    expect((await newer.handle.done).outcome.kind).toBe('finished');
    expect(house.of('completion')).toMatchObject({ finished: 1, superseded: 1 });
  });

  it('when it is cancelled in mid-stream, then it settles in this turn with what there is, and no text follows', async () => {
    const house = new House();
    const asked = house.translate();
    house.until(() => asked.pieces.length >= 10);
    const before = asked.text;
    asked.handle.cancel();
    const result = await asked.handle.done;
    expect(result).toMatchObject({ outcome: { kind: 'cancelled', by: 'client' }, text: before, kept: false });
    asked.handle.cancel();
    house.clock.run();
    expect(asked.text).toBe(before);
    expect(house.of('translate')).toMatchObject({ cancelled: 1, running: 0, waiting: 0 });
  });

  it('when it is cancelled by the listener of its own text, then that is the last text it hears', async () => {
    const house = new House();
    const heard: string[] = [];
    const handle = house.loop.submit(
      {
        class: 'summarize',
        sla: { kind: 'e2e', targetMs: 60_000 },
        arrivalMs: 0,
        model: 'm',
        prompt: { kind: 'chat', user: 'Summarize this.' },
        limits: { maxTokens: 2_000, stop: [] },
      },
      {
        onText: (text) => {
          heard.push(text);
          if (heard.length === 3) handle.cancel();
        },
      },
    );
    house.clock.run();
    const result = await handle.done;
    expect(result).toMatchObject({ outcome: { kind: 'cancelled', by: 'client' }, text: heard.join('') });
    expect(heard).toHaveLength(3);
  });

  it('when its asker has heard enough, then it is finished with what there is, and its promise counts', async () => {
    const house = new House();
    const asked = house.translate();
    house.until(() => asked.pieces.length >= 10);
    asked.handle.finish();
    const result = await asked.handle.done;
    expect(result).toMatchObject({ outcome: { kind: 'finished', reason: 'stop' }, text: asked.text, kept: true });
    house.clock.run();
    expect(asked.text).toBe(result.text);
    expect(house.of('translate')).toMatchObject({ finished: 1, kept: 1, decided: 1, cancelled: 0, running: 0 });
  });

  it('when its model cannot be loaded, then it fails with the reason; and when that has passed, the next is tried', async () => {
    const house = new House();
    house.engine.failLoad('m', 'The file is no GGUF.');
    const asked = house.submit();
    house.clock.run();
    const error = { code: 'modelUnavailable', message: 'The file is no GGUF.' };
    expect((await asked.handle.done).outcome).toEqual({ kind: 'failed', error });
    expect(house.loop.status().models).toEqual([{ id: 'm', state: 'failed', error }]);
    expect(house.of('completion')).toMatchObject({ failed: 1, kept: 0 });
    house.clock.runTo(house.clock.now() + 10_000);
    const again = house.submit();
    house.clock.run();
    expect((await again.handle.done).outcome.kind).toBe('finished');
  });

  it('when its promise makes no sense, then it is refused in this turn', async () => {
    const house = new House();
    const asked = house.submit({ sla: { kind: 'ttft', targetMs: Number.NaN } });
    expect((await asked.handle.done).outcome).toMatchObject({ kind: 'failed', error: { code: 'badSla' } });
  });

  it('when a translation runs, then a keystroke is answered long before it ends', async () => {
    const house = new House();
    const long = house.translate();
    house.until(() => long.pieces.length > 0);
    const keystroke = house.submit();
    house.until(() => house.of('completion').finished === 1);
    expect(long.text.length).toBeLessThan(story.length);
    expect((await keystroke.handle.done).kept).toBe(true);
    house.clock.run();
    expect((await long.handle.done).text).toBe(story);
  });
});

describe('when the engine dies', () => {
  it('when a translation runs, then its text goes on without a repetition or a gap', async () => {
    const house = new House();
    const asked = house.translate();
    house.until(() => asked.pieces.length >= 50);
    const before = asked.pieces.length;
    house.engine.die();
    house.clock.run();
    const result = await asked.handle.done;
    expect(asked.pieces.length).toBeGreaterThan(before);
    expect(asked.text).toBe(story);
    expect(result).toMatchObject({ outcome: { kind: 'finished', reason: 'stop' }, text: story, kept: true });
    expect(house.loop.status().engineRestarts).toBe(1);
    expect(house.lines).toContain('engine lost: the simulated engine was killed');
  });

  it('when a translation had found its prompt in the KV before, then that is what its asker is told at the end', async () => {
    const house = new House();
    const long = {
      prompt: { kind: 'chat', user: 'Translate this. '.repeat(50) },
      limits: { maxTokens: 40, stop: [] },
    } as const;
    const first = house.translate(long);
    house.clock.run();
    const asked = house.translate(long);
    house.until(() => asked.pieces.length >= 10);
    house.engine.die();
    house.clock.run();
    expect((await first.handle.done).reusedTokens).toBe(0);
    expect((await asked.handle.done).reusedTokens).toBeGreaterThan(0);
  });

  it('when a completion runs, then it fails, and the next one starts the engine again', async () => {
    const house = new House();
    const asked = house.submit();
    house.until(() => asked.pieces.length > 0);
    house.engine.die();
    house.clock.run();
    expect((await asked.handle.done).outcome).toMatchObject({ kind: 'failed', error: { code: 'engineLost' } });
    const next = house.submit();
    house.clock.run();
    expect((await next.handle.done).text).toBe('return a + b;');
  });

  it('when it dies under the same translation twice, then the translation is given up by name', async () => {
    const house = new House();
    const asked = house.translate();
    for (const pieces of [5, 10]) {
      house.until(() => asked.pieces.length >= pieces);
      house.engine.die();
    }
    house.clock.run();
    const result = await asked.handle.done;
    expect(result.outcome).toMatchObject({ kind: 'failed', error: { code: 'engineFailed' } });
    expect(story.startsWith(result.text)).toBe(true);
  });

  it('when several tasks are under way, then every one of them settles', async () => {
    const house = new House();
    const all = [house.translate(), house.translate(), house.translate(), house.submit()];
    house.until(() => all.some((asked) => asked.pieces.length > 3));
    house.engine.die();
    house.clock.run();
    const results = await Promise.all(all.map((asked) => asked.handle.done));
    expect(results.slice(0, 3).map(({ text }) => text)).toEqual([story, story, story]);
    expect(house.of('translate')).toMatchObject({ finished: 3, running: 0, waiting: 0 });
  });
});

describe('the status', () => {
  it('when nothing has happened, then there are all classes without figures and no model', () => {
    const { classes, models, engineRestarts } = new House().loop.status();
    expect(classes.map((status) => status.class)).toEqual([...taskClasses]);
    expect(classes.every((status) => status.finished === 0 && status.ttftMs === undefined)).toBe(true);
    expect([models, engineRestarts]).toEqual([[], 0]);
  });

  it('when tasks run, wait and end, then the figures say so, and each change is announced', async () => {
    const house = new House();
    const seen: string[] = [];
    house.loop.onChange(() => {
      const { running, waiting, finished } = house.of('translate');
      const line = `${running} running, ${waiting} waiting, ${finished} finished`;
      if (seen.at(-1) !== line) seen.push(line);
      // When each of them starts is the policy's choice.
      if (all.length === 2) expect(running + waiting + finished).toBe(2);
    });
    const all: Asked[] = [];
    all.push(house.translate());
    all.push(house.translate());
    house.clock.run();
    await Promise.all(all.map(({ handle }) => handle.done));
    expect(seen.slice(0, 2)).toEqual(['0 running, 1 waiting, 0 finished', '0 running, 2 waiting, 0 finished']);
    expect(seen.slice(-2)).toEqual(['1 running, 0 waiting, 1 finished', '0 running, 0 waiting, 2 finished']);
    expect(house.of('translate')).toMatchObject({ kept: 2, sla: { kind: 'e2e', targetMs: 60_000 } });
  });

  it('when the window has passed, then what happened in it is forgotten', async () => {
    const house = new House();
    const asked = house.submit();
    house.clock.run();
    await asked.handle.done;
    expect(house.of('completion').finished).toBe(1);
    house.clock.runTo(house.clock.now() + 60_001);
    expect(house.of('completion').finished).toBe(0);
  });

  it('when a document is opened, then its model comes in ahead of the first task', async () => {
    const house = new House();
    house.loop.prepare('m');
    expect(house.loop.status().models).toEqual([{ id: 'm', state: 'loading', progress: 0 }]);
    house.clock.run();
    expect(house.loop.status().models).toMatchObject([{ id: 'm', state: 'ready' }]);
    const asked = house.submit();
    house.clock.run();
    expect((await asked.handle.done).kept).toBe(true);
  });

  it('when passes are made, then each is reported to who listens', () => {
    const house = new House();
    const kinds = new Set<string>();
    const dispose = house.loop.onPass(({ kind }) => kinds.add(kind));
    house.submit();
    house.clock.run();
    expect([...kinds]).toEqual(['prefill', 'decode']);
    dispose();
    kinds.clear();
    house.submit();
    house.clock.run();
    expect(kinds.size).toBe(0);
  });
});

describe('when the loop closes', () => {
  it('when tasks run and wait, then each settles with a sentence, and later ones are refused with it', async () => {
    const house = new House();
    const all = [house.translate(), house.translate(), house.submit()];
    house.until(() => all.some((asked) => asked.pieces.length > 3));
    await house.loop.close();
    all.push(house.submit());
    for (const asked of all) {
      expect((await asked.handle.done).outcome).toMatchObject({
        kind: 'failed',
        error: { code: 'shuttingDown', message: 'The runtime is shutting down: ask again in a moment.' },
      });
    }
    const heard = all.map((asked) => asked.text);
    all[0]?.handle.cancel();
    await house.loop.close();
    house.clock.run();
    expect(all.map((asked) => asked.text)).toEqual(heard);
  });
});
