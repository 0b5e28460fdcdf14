/** A client asks for what was decided. */
import { afterEach, describe, expect, it } from 'vitest';
import { errorCodes, logMethod, logResultSchema } from '../../runtime/protocol.ts';
import type { LogSource } from '../../runtime/server/log.ts';
import { failure, World } from './world.ts';

let world: World;
afterEach(() => world.close());

async function open(isOn: boolean): Promise<World> {
  const turns: LogSource = { isOn, export: () => Promise.resolve(Buffer.from('the log')) };
  world = await World.open({ services: { turns } });
  return world;
}

describe('punctual/log', () => {
  it('when it is kept, then it comes whole', async () => {
    const { connection } = await (await open(true)).client();
    const { log } = logResultSchema.parse(await connection.sendRequest(logMethod, {}));
    expect(Buffer.from(log, 'base64').toString()).toBe('the log');
  });

  it('when it is turned off, then the answer says by what', async () => {
    const { connection } = await (await open(false)).client();
    const error = await failure(connection.sendRequest(logMethod, {}));
    expect(error).toMatchObject({ code: errorCodes.log, data: { code: 'logOff' } });
    expect(error.message).toContain('PUNCTUAL_LOG_MB');
  });
});
