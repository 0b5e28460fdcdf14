/** Which of several clients starts the runtime that none of them has found. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRuntime } from '../../runtime/client/connect.ts';
import { Turn, turnMsMax } from '../../runtime/client/turn.ts';
import { TemporaryHome } from './temporary-home.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'punctual-turn-'));
  file = path.join(folder, 'runtime.starting');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the turn to start a runtime', () => {
  it('when many ask at once, then one has it until it lets go', async () => {
    const turns = Array.from({ length: 20 }, () => new Turn(file));
    const taken = await Promise.all(turns.map((turn) => turn.take()));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const owner = turns[taken.indexOf(true)];
    expect(await owner?.take()).toBe(true);
    await Promise.all(turns.filter((turn) => turn !== owner).map((turn) => turn.release()));
    expect(await turns.find((turn) => turn !== owner)?.take()).toBe(false);
    await owner?.release();
    expect(existsSync(file)).toBe(false);
    expect(await turns.find((turn) => turn !== owner)?.take()).toBe(true);
  });

  it('when its owner was killed, then another takes it after a while; a clock that was set back changes nothing', async () => {
    await new Turn(file).take();
    expect(await new Turn(file, () => Date.now() + turnMsMax / 2).take()).toBe(false);
    expect(await new Turn(file, () => Date.now() + 2 * turnMsMax).take()).toBe(true);
    expect(await new Turn(file, () => Date.now() - 2 * turnMsMax).take()).toBe(true);
  });

  it('when its file cannot be made, then the client starts a runtime all the same', async () => {
    expect(await new Turn(path.join(folder, 'no such folder', 'file')).take()).toBe(true);
  });
});

describe('windows that have lost their runtime', () => {
  it('when ten look for one at once, then one is started, and all ten find it', async () => {
    const home = await TemporaryHome.make();
    try {
      const connections = await Promise.all(Array.from({ length: 10 }, () => connectRuntime(home.options)));
      expect(new Set(connections.map(({ runtime }) => runtime.pid)).size).toBe(1);
      expect(home.children).toHaveLength(1);
      expect(existsSync(home.home.turnFile)).toBe(false);
      for (const { socket } of connections) socket.terminate();
    } finally {
      await home.end();
    }
  });
});
