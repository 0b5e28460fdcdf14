/** A client asks for what was decided. */
import { afterEach, describe, expect, it } from 'vitest';
import { ErrorCodes } from 'vscode-jsonrpc/node';
import { errorCodes, logMethod, logResultSchema } from '../../runtime/protocol.ts';
import type { LogSource } from '../../runtime/server/log.ts';
import { failure, World } from './world.ts';

let world: World;
afterEach(() => world.close());

async function open(isOn: boolean, keepText: LogSource['keepText'] = () => undefined): Promise<World> {
  const turns: LogSource = {
    isOn,
    keepText,
    export: (withText) => Promise.resolve(Buffer.from(withText ? 'the log and text' : 'the log')),
  };
  world = await World.open({ services: { turns } });
  return world;
}

describe('punctual/log', () => {
  it('when it is kept, then it comes whole', async () => {
    const { connection } = await (await open(true)).client();
    const { log } = logResultSchema.parse(await connection.sendRequest(logMethod, {}));
    expect(Buffer.from(log, 'base64').toString()).toBe('the log');
  });

  it('when nobody asks for text, then none is kept and none comes', async () => {
    let asked = 0;
    const { connection } = await (
      await open(true, () => {
        asked += 1;
        return { sinceMs: 0, isNew: true };
      })
    ).client();
    for (const params of [[], [{}], [{ text: false }]]) {
      const result = logResultSchema.parse(await connection.sendRequest(logMethod, ...params));
      expect(result.text).toBeUndefined();
      expect(Buffer.from(result.log, 'base64').toString()).toBe('the log');
    }
    expect(asked).toBe(0);
  });

  it('when text is asked for, then it comes with what it is since', async () => {
    const { connection } = await (await open(true, () => ({ sinceMs: 7, isNew: false }))).client();
    const { log, text } = logResultSchema.parse(await connection.sendRequest(logMethod, { text: true }));
    expect(Buffer.from(log, 'base64').toString()).toBe('the log and text');
    expect(text).toEqual({ sinceMs: 7, isNew: false });
  });

  it('when text is asked for and none can be kept, then the answer says why', async () => {
    const { connection } = await (await open(true)).client();
    const error = await failure(connection.sendRequest(logMethod, { text: true }));
    expect(error).toMatchObject({ code: errorCodes.log, data: { code: 'logOver' } });
    expect(error.message).toContain('ended before text was asked for');
  });

  it('when what is asked for makes no sense, then it is refused', async () => {
    const { connection } = await (await open(true)).client();
    const error = await failure(connection.sendRequest(logMethod, { text: 'please' }));
    expect(error.code).toBe(ErrorCodes.InvalidParams);
  });

  it('when it is turned off, then the answer says by what', async () => {
    const { connection } = await (await open(false)).client();
    const error = await failure(connection.sendRequest(logMethod, {}));
    expect(error).toMatchObject({ code: errorCodes.log, data: { code: 'logOff' } });
    expect(error.message).toContain('PUNCTUAL_LOG_MB');
  });
});
