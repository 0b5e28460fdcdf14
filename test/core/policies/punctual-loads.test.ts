import { describe, it } from 'vitest';
import { countedHoldings } from '../../../runtime/core/residency/holdings.ts';
import { newScheduler, task, translation } from '../fixtures.ts';
import { check, ended, loaded, submit } from '../scheduler-steps.ts';

describe('two models of which one fits', () => {
  it('when a keystroke waits behind a translation, then its model comes in before that of a summary', () => {
    const counted = countedHoldings(1);
    const of = (id: string) => ({ ...counted.of(id), isPinned: id === 'B' });
    const scheduler = newScheduler('punctual', { holdings: { ...counted, of } });
    check(
      [
        [submit(translation('now', { model: 'A' })), ['load A']],
        [loaded('A'), ['start now']],
        [submit(translation('long', { model: 'B', sla: { kind: 'e2e', targetMs: 60_000 } })), []],
        [submit(translation('short', { model: 'C', sla: { kind: 'e2e', targetMs: 30_000 } })), []],
        [submit(task('keystroke', { model: 'B' })), []],
        [ended('now'), ['settle now finished', 'unload A']],
        [{ kind: 'unloaded', model: 'A' }, ['load B']],
      ],
      scheduler,
    );
  });
});
