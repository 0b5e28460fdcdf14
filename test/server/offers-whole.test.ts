/** `ask` from a client's socket to the scheduler and back, with a simulated engine: only the clock is moved by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Models } from '../../runtime/features/tasks.ts';
import { SummarizeFeature } from '../../runtime/features/text.ts';
import { offerMethod, offerParamsSchema, type TextResult, textResultSchema } from '../../runtime/protocol.ts';
import { kitOf } from '../features/text-kit.ts';
import { House, oneOfTwo } from '../loop-world.ts';
import { uri, World } from './world.ts';

/** The large one was chosen, which takes a minute to load. */
const models: Models = {
  describe: (id) => ({ name: `The ${id} one`, demo: false }),
  choose: () => ({ id: 'large', name: 'The large one', demo: false, chosen: false, contextTokens: 2_048 }),
};

let house: House;
let world: World;
beforeEach(async () => {
  house = new House({ holdings: oneOfTwo, residency: { readsAhead: false, loadsAhead: false } });
  const first = house.translate({ model: 'small' });
  house.clock.run();
  await first.handle.done;
  const services = { tasks: house.loop, summarize: new SummarizeFeature(kitOf(house.loop, models)) };
  world = await World.open({ services });
});
afterEach(async () => {
  await world.close();
  await house.loop.close();
});

/** A summary for a client with this setting, who answers so when he is asked. */
async function summary(substitution: string, choice: 'now' | 'wait'): Promise<{ result: TextResult; asked: string[] }> {
  const client = await world.client({ substitution });
  const asked: string[] = [];
  client.connection.onRequest(offerMethod, (params: unknown) => {
    const { model, by, waitMs } = offerParamsSchema.parse(params);
    asked.push(`${by} for ${model}, ${waitMs} ms`);
    return { choice };
  });
  await client.open('const a = 1;');
  const request = client.connection.sendRequest('punctual/summarize', { textDocument: { uri }, targetMs: 25_000 });
  let isOver = false;
  const over = request.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    // No step while the client is still thinking.
    const isThinking =
      substitution === 'ask' && !house.lines.some((line) => /^(Answers with|Loads 'large')/.test(line));
    if (!isThinking) house.clock.run();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { result: textResultSchema.parse(await over), asked };
}

const question = 'The small one for The large one, 60000 ms';

describe('a client whose setting is to ask', () => {
  it('when he does not want to wait, then the model that is there answers in time, and the answer says so', async () => {
    const { result, asked } = await summary('ask', 'now');
    expect(asked).toEqual([question]);
    expect(result).toMatchObject({ model: 'The small one', insteadOf: 'The large one', kept: true });
  });

  it('when he wants to wait, then the chosen model answers', async () => {
    const { result, asked } = await summary('ask', 'wait');
    expect(asked).toEqual([question]);
    expect(result).toMatchObject({ model: 'The large one' });
    expect(result).not.toHaveProperty('insteadOf');
  });
});

describe('clients with other settings', () => {
  it('when two of them ask at the same runtime, then each has what his own setting says, and nobody is asked', async () => {
    const automatic = await summary('automatically', 'wait');
    expect(automatic.result).toMatchObject({ model: 'The small one', insteadOf: 'The large one' });
    const never = await summary('never', 'now');
    expect(never.result).toMatchObject({ model: 'The large one' });
    expect([...automatic.asked, ...never.asked]).toEqual([]);
  });
});
