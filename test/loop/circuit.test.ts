/** When an engine that dies again and again is started once more. */
import { describe, expect, it } from 'vitest';
import { backOffMsFirst, Circuit, deathsMax, restMsFirst, restMsMax, windowMs } from '../../runtime/loop/circuit.ts';

/** Deaths without an answer, 1 s apart, from `fromMs` on. */
function die(circuit: Circuit, times: number, fromMs = 0): number {
  for (let death = 0; death < times; death += 1) circuit.died('signal SIGSEGV', fromMs + death * 1_000);
  return fromMs + (times - 1) * 1_000;
}

describe('the circuit', () => {
  it('when the engine dies once, then it is started at once; further deaths in a row make the start wait', () => {
    const circuit = new Circuit();
    const waits = Array.from({ length: deathsMax - 1 }, (_, death) => {
      circuit.died('x', death);
      return circuit.waitMs(death);
    });
    expect(waits).toEqual([0, backOffMsFirst, 2 * backOffMsFirst, 4 * backOffMsFirst]);
    expect(circuit.refusal(deathsMax)).toBeUndefined();
  });

  it('when lives without an answer follow one another, then it opens, says why, and half opens after a rest', () => {
    const circuit = new Circuit();
    const lastMs = die(circuit, deathsMax);
    const open = { deaths: deathsMax, untilMs: lastMs + restMsFirst, reason: 'signal SIGSEGV' };
    expect(circuit.refusal(lastMs)).toEqual(open);
    expect(circuit.refusal(open.untilMs - 1)).toEqual(open);
    expect(circuit.refusal(open.untilMs)).toBeUndefined();
  });

  it('when the life that is tried ends without an answer too, then it opens at once, for twice as long, up to a limit', () => {
    const circuit = new Circuit();
    let nowMs = die(circuit, deathsMax);
    const rests: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      nowMs = circuit.refusal(nowMs)?.untilMs ?? nowMs;
      circuit.died('again', nowMs);
      rests.push((circuit.refusal(nowMs)?.untilMs ?? 0) - nowMs);
    }
    expect(rests.slice(0, 3)).toEqual([2, 4, 8].map((factor) => factor * restMsFirst));
    expect(rests.at(-1)).toBe(restMsMax);
    expect(circuit.refusal(nowMs)?.deaths).toBe(deathsMax + 6);
  });

  it('when something was answered, then it is closed and the count begins anew', () => {
    const circuit = new Circuit();
    const lastMs = die(circuit, deathsMax);
    circuit.answered();
    expect(circuit.refusal(lastMs)).toBeUndefined();
    // The life that answered ends: that is no death without an answer.
    const nextMs = die(circuit, deathsMax, lastMs);
    expect(circuit.refusal(nextMs)).toBeUndefined();
    circuit.died('one more', nextMs);
    expect(circuit.refusal(nextMs)).toBeDefined();
  });

  it('when deaths are far apart, then they do not add up', () => {
    const circuit = new Circuit();
    for (let death = 0; death < 3 * deathsMax; death += 1) circuit.died('now and then', death * windowMs);
    expect(circuit.refusal(3 * deathsMax * windowMs)).toBeUndefined();
  });
});
