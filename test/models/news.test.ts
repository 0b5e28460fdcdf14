import { expect, it } from 'vitest';
import { News } from '../../runtime/models/news.ts';
import { ManualTimer } from '../server/manual-timer.ts';
import { World } from './library-world.ts';

/** A library whose look at files takes as long as the test says. */
async function world() {
  const files = await World.make();
  const seen = { refreshed: 0, looked: [] as string[], measured: 0, loads: [] as string[] };
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const timer = new ManualTimer();
  const library = {
    refresh: async (): Promise<void> => {
      seen.refreshed++;
      await held;
    },
    look: (file: string) => {
      seen.looked.push(file);
      return files.library.look(file);
    },
  };
  const registry = {
    measured: () => void seen.measured++,
    loadEnded: (id: string, isLoaded: boolean) => void seen.loads.push(`${id} ${isLoaded}`),
  };
  const news = new News({ library, memory: files.memory, registry, timer: timer.start });
  return { files, seen, release, timer, news };
}

it('when a client comes before the first look at files is over, then it waits, and then for the files that it names', async () => {
  const { files, seen, release, timer, news } = await world();
  const known = news.know({ model: '/m/x.gguf', models: { summarize: 'auto', translate: '/m/y.gguf' } });
  expect(seen).toMatchObject({ refreshed: 1, looked: [], measured: 0 });
  release();
  await known;
  expect(seen).toMatchObject({ refreshed: 1, looked: ['/m/x.gguf', '/m/y.gguf'], measured: 1 });
  news.dispose();
  expect(timer.pending).toBe(0);
  await files.end();
});

it('when a disk does not answer, then nobody waits for it longer than two seconds', async () => {
  const { files, seen, timer, news } = await world();
  const known = news.know({ model: 'auto', models: {} });
  timer.advance(2_000);
  await known;
  expect(seen.measured, 'the first look is still under way').toBe(0);
  news.dispose();
  await files.end();
});

it('when time goes by, then files, memory and speed are looked at again, until it ends', async () => {
  const { files, seen, release, timer, news } = await world();
  release();
  await news.know({ model: 'auto', models: {} });
  timer.advance(60_000);
  await news.refresh();
  expect(seen.refreshed).toBe(4);
  news.dispose();
  timer.advance(60_000);
  expect(seen.refreshed).toBe(4);
  await files.end();
});

it('when a load fails, then the registry hears of it, and the files are looked at', async () => {
  const { files, seen, news } = await world();
  const error = { code: 'modelUnavailable', message: 'It is gone.' } as const;
  news.heard({ kind: 'loading', model: '/m/x.gguf', fraction: 0 });
  news.heard({ kind: 'loadFailed', model: '/m/x.gguf', error });
  expect(seen).toMatchObject({ refreshed: 2, loads: ['/m/x.gguf false'] });
  news.dispose();
  await files.end();
});
