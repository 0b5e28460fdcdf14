/** A disk without room for the log: what was promised counts more than what is told of it. */
import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectIfRunning } from '../../runtime/client/connect.ts';
import { runtimeFile, TemporaryHome } from '../client/temporary-home.ts';
import { RawClient } from '../server/raw-client.ts';

let home: TemporaryHome;
beforeEach(async () => {
  home = await TemporaryHome.make();
});
afterEach(() => home.end());

/** A file that can be written to and never has room. */
const full = '/dev/full';

describe('the log of the runtime', () => {
  it.skipIf(!existsSync(full))(
    `when no line of it can be written, then the runtime answers all the same (needs ${full})`,
    async () => {
      const child = spawn(process.execPath, [runtimeFile, '--home', home.home.folder, '--idle-ms', '60000'], {
        stdio: ['ignore', 'ignore', openSync(full, 'w')],
      });
      // Whoever asks for a runtime before this one is there starts another.
      const { socket, runtime } = await vi.waitFor(
        async () => (await connectIfRunning(home.home.folder)) ?? expect.fail('no runtime is up'),
        { timeout: 30_000 },
      );
      expect(runtime.pid).toBe(child.pid);
      const client = new RawClient(socket);
      const stopped = await client.ask('punctual/stop', { reason: 'for the test' });
      expect(stopped).toMatchObject({ result: null });
      expect(await home.ended(child)).toEqual({ code: 0, signal: null });
    },
  );
});
