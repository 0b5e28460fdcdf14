/** Logs for `punctual replay`: one that was recorded here with its text, with lines spoiled, lost, doubled and in another order. A sentence, or a replay. */
import { gunzipSync } from 'node:zlib';
import { integer, newRandom, type Random } from '../../bench/random.ts';
import { LogError, readLog } from '../../log/read.ts';
import { textsOf } from '../../log/read-texts.ts';
import { replay } from '../../log/replay.ts';
import type { Case, Failure, Target } from '../case.ts';
import { House } from '../house.ts';
import { chance, type Json, spoiled, spoiledBytes } from '../mutate.ts';

/** Turns of one log: enough that what was spoiled early has consequences. */
const turnsMax = 40;

/** Recorded with the scheduler as it is, once. */
async function recorded(root: string): Promise<readonly string[]> {
  const house = new House(root, 2);
  const random = newRandom(7, 'logs');
  house.recorder.keepText();
  for (let count = 0; count < 60; count += 1) {
    const kind = integer(random, 0, 3);
    const taskClass = (['completion', 'summarize', 'translate'] as const)[kind] ?? 'completion';
    const handle = house.loop.submit({
      ...{ class: taskClass, model: chance(random, 0.8) ? 'm' : 'n', arrivalMs: house.clock.now() },
      sla: taskClass === 'completion' ? { kind: 'ttft', targetMs: 500 } : { kind: 'e2e', targetMs: 20_000 },
      prompt: { kind: 'chat', user: 'x'.repeat(integer(random, 1, 400)) },
      limits: { maxTokens: 12, stop: [] },
    });
    if (chance(random, 0.3)) handle.cancel();
    await house.until(() => false, integer(random, 0, 3));
  }
  await house.until(() => false, 50);
  const log = gunzipSync(await house.recorder.export(true)).toString();
  await house.close();
  // Without the end, which is made anew.
  return log.split('\n').slice(0, -2);
}

const isText = (line: string | Uint8Array): boolean => String(line).startsWith('{"text"');

function make(random: Random, [header = '', ...rest]: readonly string[]): Case {
  const [turns, texts] = [rest.filter((line) => !isText(line)), rest.filter(isText)];
  const from = chance(random, 0.7) ? 0 : integer(random, 0, turns.length);
  const chosen = turns.slice(from, from + integer(random, 1, turnsMax));
  if (chance(random, 0.3)) chosen.push(...texts.slice(0, integer(random, 1, turnsMax)));
  for (let count = integer(random, 1, 4); count > 0; count -= 1) {
    const at = integer(random, 0, chosen.length);
    const line = chosen[at] ?? '{}';
    if (chance(random, 0.6)) chosen[at] = JSON.stringify(spoiled(random, JSON.parse(line)));
    else if (chance(random, 0.5)) chosen.splice(at, 1);
    else chosen.splice(integer(random, 0, chosen.length + 1), 0, line);
  }
  const head = chance(random, 0.1) ? JSON.stringify(spoiled(random, JSON.parse(header) as Json)) : header;
  const lines = [head, ...chosen].map((line) => Buffer.from(line));
  return chance(random, 0.05) ? lines.map((line) => spoiledBytes(random, line)) : lines;
}

export async function logsTarget(root: string): Promise<Target> {
  const whole = await recorded(root);
  return {
    ...{ name: 'logs', share: 500, cutsBytes: false },
    make: (random) => make(random, whole),
    run: (lines) => Promise.resolve(play(lines)),
  };
}

/** The last line says how many there are, so that what was lost in between does not end it all. */
function play(lines: Case): Failure | undefined {
  const events = lines.findLastIndex((line) => !isText(line));
  const text = { sinceMs: 0, lines: lines.length - 1 - events };
  const end = JSON.stringify({ end: { events, effects: 0, ...(text.lines > 0 && { text }) } });
  try {
    const log = readLog(
      Buffer.concat([...lines.map((line) => Buffer.concat([line, Buffer.from('\n')])), Buffer.from(`${end}\n`)]),
    );
    replay(log);
    textsOf(log);
    return undefined;
  } catch (error) {
    if (error instanceof LogError) return undefined;
    return { kind: 'crash', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
