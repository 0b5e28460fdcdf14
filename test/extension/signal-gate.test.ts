import { describe, expect, test } from 'vitest';
import {
  type Seen,
  SignalGate,
  selectionCharsMin,
  selectionLinesMin,
  signalsPerMinuteMax,
} from '../../extension/signal-gate.ts';
import { signalParamsSchema } from '../../runtime/protocol.ts';

const active = (language = 'java'): Seen => ({ language, enabled: true, act: { kind: 'active' } });
const selected = (lines: number, chars = 0, language = 'java'): Seen => ({
  language,
  enabled: true,
  act: { kind: 'selected', lines, chars },
});
const command: Seen = { language: 'java', enabled: true, act: { kind: 'command' } };

/** What passes of things seen at these times, as `kind language`; `-` for nothing. */
function pass(...seen: [number, Seen][]): string[] {
  const gate = new SignalGate();
  return seen.map(([atMs, each]) => {
    const signal = gate.pass(each, atMs);
    return signal === undefined ? '-' : `${signal.kind} ${signal.language}`;
  });
}

describe('signals', () => {
  test('when a language comes to the front for the first time, then it was opened; later a document of it is active', () => {
    expect(pass([0, active()], [1, active('go')], [40_000, active()])).toEqual([
      'languageOpened java',
      'languageOpened go',
      'documentActive java',
    ]);
  });

  test('when documents of one language are walked through, then that is said once in a while', () => {
    expect(pass([0, active()], [1, active()], [2, active()], [30_000, active()], [30_001, active()])).toEqual([
      'languageOpened java',
      'documentActive java',
      '-',
      '-',
      'documentActive java',
    ]);
  });

  test('when a selection is small, then nobody is told, and when it has lines or text enough, then the runtime is', () => {
    const small = selected(selectionLinesMin - 1, selectionCharsMin - 1);
    expect(pass([0, small], [1, selected(selectionLinesMin)])).toEqual(['-', 'selectionMade java']);
    expect(pass([0, selected(1, selectionCharsMin)])).toEqual(['selectionMade java']);
  });

  test('when a selection grows, then it is said once, and again when that was a while ago', () => {
    expect(pass([0, selected(5)], [500, selected(9)], [10_000, selected(9)])).toEqual([
      'selectionMade java',
      '-',
      'selectionMade java',
    ]);
  });

  test('when a command of ours asks something, then a task is near', () => {
    expect(pass([0, command], [4_999, command], [5_000, command])).toEqual([
      'paletteOpened java',
      '-',
      'paletteOpened java',
    ]);
  });

  test('when completion is off for the language, then nothing is said, and the first time it is on counts as the first', () => {
    expect(pass([0, { ...active(), enabled: false }], [1, { ...command, enabled: false }], [2, active()])).toEqual([
      '-',
      '-',
      'languageOpened java',
    ]);
  });

  test('when very much happens, then a minute has a bound, which ends with the minute', () => {
    const many = Array.from({ length: 3 * signalsPerMinuteMax }, (_, index): [number, Seen] => [
      index,
      active(`l${index}`),
    ]);
    const said = pass(...many, [59_999, active('late')], [60_000, active('next')]);
    expect(said.filter((each) => each !== '-')).toHaveLength(signalsPerMinuteMax + 1);
    expect(said.slice(-2)).toEqual(['-', 'languageOpened next']);
  });

  test('when a language’s name is none, then nothing is said', () => {
    expect(pass([0, active('')], [1, active('x'.repeat(65))])).toEqual(['-', '-']);
  });

  test('when extensions make up languages without end, then memory does not grow without end', () => {
    const gate = new SignalGate();
    const passed = Array.from({ length: 400 }, (_, index) => gate.pass(active(`l${index}`), index * 10_000));
    expect(passed.filter((each) => each !== undefined)).toHaveLength(256);
  });

  test('when something passes, then the wire takes it', () => {
    const gate = new SignalGate();
    for (const seen of [active('x'.repeat(64)), selected(9), command]) {
      expect(signalParamsSchema.safeParse(gate.pass(seen, 0)).success).toBe(true);
    }
  });
});
