/** The light by itself: statuses at stated times, and what it makes of them. */
import { describe, expect, test } from 'vitest';
import {
  changesAfterMs,
  isWarning,
  type Light,
  type LightState,
  lightAfter,
  lightAtFirst,
} from '../../extension/status-light.ts';
import type { ClassStatus, Status } from '../../runtime/protocol.ts';

interface Told {
  readonly atMs: number;
  readonly kept: number;
  readonly broken: number;
  /** Of the time to the first token, where 500 ms are promised. */
  readonly p95?: number;
  readonly pid?: number;
}

function statusOf({ kept, broken, p95 = 100, pid = 1 }: Told): Status {
  const counts = { running: 0, waiting: 0, finished: kept + broken, superseded: 0, cancelled: 0, failed: 0 };
  const sla = { kind: 'ttft', targetMs: 500 } as const;
  const entry: ClassStatus = {
    ...counts,
    class: 'completion',
    sla,
    kept,
    decided: kept + broken,
    ttftMs: { p50: 50, p95 },
  };
  const models: Status['models'] = [];
  return { version: '1', pid, engineRestarts: 0, uptimeMs: 0, clients: 1, windowMs: 600_000, classes: [entry], models };
}

function lightOf(...told: readonly Told[]): Light {
  return told.reduce((light, each) => lightAfter(light, statusOf(each), each.atMs), lightAtFirst);
}

function check(told: readonly Told[], expected: LightState): void {
  expect(lightOf(...told).state).toBe(expected);
}

describe('the light', () => {
  test('when a window opens on a runtime that was late before, then it judges nothing', () => {
    check([{ atMs: 0, kept: 0, broken: 40 }], 'kept');
  });

  test('when one task is late, then promises are at risk and not broken', () => {
    check(
      [
        { atMs: 0, kept: 0, broken: 0 },
        { atMs: 10, kept: 0, broken: 1 },
      ],
      'atRisk',
    );
  });

  test('when a fifth and more are late, then promises are broken', () => {
    check(
      [
        { atMs: 0, kept: 0, broken: 0 },
        { atMs: 10, kept: 7, broken: 3 },
      ],
      'broken',
    );
    check(
      [
        { atMs: 0, kept: 0, broken: 0 },
        { atMs: 10, kept: 8, broken: 2 },
      ],
      'atRisk',
    );
  });

  test('when they are broken, then so many must be kept again that it does not flicker', () => {
    const broken = [
      { atMs: 0, kept: 0, broken: 0 },
      { atMs: 10, kept: 7, broken: 3 },
    ];
    check([...broken, { atMs: 3_000, kept: 17, broken: 3 }], 'broken');
    check([...broken, { atMs: 3_000, kept: 28, broken: 3 }], 'atRisk');
    check([...broken, { atMs: 3_000, kept: 170, broken: 3 }], 'kept');
  });

  test('when nothing was late for a minute, then what was before is forgotten', () => {
    const broken = lightOf({ atMs: 0, kept: 0, broken: 0 }, { atMs: 10, kept: 0, broken: 5 });
    const status = statusOf({ atMs: 0, kept: 0, broken: 5 });
    expect(lightAfter(broken, status, 60_009).state).toBe('broken');
    expect(lightAfter(broken, status, 60_010).state).toBe('kept');
    expect(changesAfterMs(broken, 10)).toBe(60_000);
    expect(changesAfterMs(lightAfter(broken, status, 60_010), 60_010)).toBeUndefined();
  });

  test('when tasks leave the window of the runtime, then that is no news', () => {
    check(
      [
        { atMs: 0, kept: 90, broken: 30 },
        { atMs: 10, kept: 10, broken: 0 },
      ],
      'kept',
    );
  });

  test('when the runtime is another one, then its counts begin anew', () => {
    check(
      [
        { atMs: 0, kept: 5, broken: 0 },
        { atMs: 10, kept: 0, broken: 9, pid: 2 },
      ],
      'kept',
    );
  });

  test('when first tokens come just in time, then promises are at risk until there is room again', () => {
    const tight = [{ atMs: 0, kept: 9, broken: 0, p95: 460 }];
    check(tight, 'atRisk');
    check([...tight, { atMs: 10, kept: 9, broken: 0, p95: 420 }], 'atRisk');
    check([...tight, { atMs: 10, kept: 9, broken: 0, p95: 390 }], 'kept');
  });

  test('when translations are late and ghost text is not, then ghost text tells most', () => {
    const base = statusOf({ atMs: 0, kept: 0, broken: 0 });
    const [completion] = base.classes;
    const translate = { ...completion, class: 'translate', sla: { kind: 'e2e', targetMs: 20_000 } } as ClassStatus;
    const before = lightAfter(lightAtFirst, { ...base, classes: [...base.classes, translate] }, 0);
    const now = statusOf({ atMs: 0, kept: 12, broken: 0 });
    const late = { ...translate, kept: 0, decided: 4 };
    expect(lightAfter(before, { ...now, classes: [...now.classes, late] }, 10).state).toBe('atRisk');
  });
});

describe('the colour', () => {
  const later = (light: Light, atMs: number, broken: number) =>
    lightAfter(light, statusOf({ atMs, kept: 0, broken }), atMs);

  test('when promises broke once, then there is none, however long that is remembered', () => {
    const light = lightOf({ atMs: 0, kept: 0, broken: 0 }, { atMs: 10, kept: 0, broken: 5 });
    for (const atMs of [10, 30_000, 60_009, 60_010, 90_000]) expect(isWarning(later(light, atMs, 5), atMs)).toBe(false);
  });

  test('when they break for a minute, then there is one, and it goes when they are kept again', () => {
    let light = lightOf({ atMs: 0, kept: 0, broken: 0 }, { atMs: 10, kept: 0, broken: 5 });
    light = later(light, 40_000, 10);
    expect(isWarning(light, 40_000)).toBe(false);
    light = later(light, 60_010, 10);
    expect([light.state, isWarning(light, 60_010)]).toEqual(['broken', true]);
    light = lightAfter(light, statusOf({ atMs: 0, kept: 200, broken: 10 }), 61_000);
    expect([light.state, isWarning(light, 61_000)]).toEqual(['atRisk', false]);
  });

  test('when statuses come four times a second for an hour, then a minute of them is remembered', () => {
    let light = lightAtFirst;
    for (let atMs = 0; atMs < 3_600_000; atMs += 250) light = later(light, atMs, atMs / 250);
    expect(light.marks.length).toBeLessThanOrEqual(60);
    expect(isWarning(light, 3_600_000)).toBe(true);
  });

  test('when the runtime is gone, then what is remembered fades', () => {
    const light = lightOf({ atMs: 0, kept: 0, broken: 0 }, { atMs: 10, kept: 0, broken: 5 });
    expect(lightAfter(light, undefined, 30_000).state).toBe('broken');
    expect(lightAfter(light, undefined, 70_000).state).toBe('kept');
  });
});
