/**
 * Recorded lists of events, whose effects have to be the recorded ones, to the letter. What changes them on purpose records them anew:
 *
 *   PUNCTUAL_UPDATE_GOLDEN=1 npx vitest run test/core/golden.test.ts
 *
 * Then the difference of the files is what the change does. One turn is one line.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { countedHoldings } from '../../runtime/core/residency/holdings.ts';
import { Scheduler } from '../../runtime/core/scheduler.ts';
import { schedulerDefaults } from '../../runtime/core/scheduler-options.ts';
import { atOnce, policyOf } from './fixtures.ts';
import { goldenKnowledge, scenarios } from './golden-scenarios.ts';
import type { Turn } from './scheduled.ts';

type Name = keyof typeof scenarios;

const names = Object.keys(scenarios) as Name[];

const isUpdate = process.env['PUNCTUAL_UPDATE_GOLDEN'] === '1';

function fileOf(name: Name): string {
  return fileURLToPath(new URL(`./golden/${name}.jsonl`, import.meta.url));
}

function record(name: Name): void {
  const { turns } = scenarios[name]();
  writeFileSync(fileOf(name), turns.map((turn) => `${JSON.stringify(turn)}\n`).join(''));
}

function recorded(name: Name): Turn[] {
  if (isUpdate) record(name);
  const lines = readFileSync(fileOf(name), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Turn);
}

describe('the effects of recorded events', () => {
  it.each(names)('when what happened in "%s" happens again, then exactly the same follows', (name) => {
    const scheduler = new Scheduler({
      ...schedulerDefaults,
      policy: policyOf('punctual'),
      knowledge: goldenKnowledge,
      holdings: countedHoldings(2),
      residency: atOnce,
    });
    for (const [index, { nowMs, event, effects }] of recorded(name).entries()) {
      // As it would be read back from a file: without members that are undefined.
      const found: unknown = JSON.parse(JSON.stringify(scheduler.on(event, nowMs)));
      expect(found, `line ${index + 1}: ${event.kind}`).toEqual(effects);
    }
  });

  it('when all logs are taken together, then every kind of effect, and every kind of event but rare ones, is in them', () => {
    const turns = names.flatMap(recorded);
    const kindsOf = (list: readonly { kind: string }[]): string[] => [...new Set(list.map(({ kind }) => kind))].sort();
    expect(kindsOf(turns.flatMap(({ effects }) => effects))).toEqual([
      'load',
      'relegate',
      'settle',
      'start',
      'stop',
      'unload',
    ]);
    expect(turns.some(({ effects }) => effects.some((effect) => effect.kind === 'stop' && effect.keep))).toBe(true);
    expect(kindsOf(turns.map(({ event }) => event))).toEqual([
      'accepted',
      'cancel',
      'ended',
      'engineLost',
      'loadFailed',
      'loaded',
      'pass',
      'submit',
      'tokens',
      'unloaded',
    ]);
  });
});
