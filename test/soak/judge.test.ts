/** That the soak finds what it looks for, and how it is called. */
import { describe, expect, it } from 'vitest';
import { newRandom } from '../../runtime/bench/random.ts';
import { restMsFirst } from '../../runtime/loop/circuit.ts';
import { argumentsOrExit, readArguments, simulatedPerReal, usage } from '../../runtime/soak/arguments.ts';
import { draw } from '../../runtime/soak/draw.ts';
import { type Blows, Request } from '../../runtime/soak/real/request.ts';
import type { Kind } from '../../runtime/soak/real/requests.ts';
import { figuresOf, isClean } from '../../runtime/soak/report.ts';
import { Tally } from '../../runtime/soak/tally.ts';

/** Long before anything is asked. */
const never = Number.NEGATIVE_INFINITY;

class Case {
  readonly blows: Blows = { engine: 0, runtime: 0, engineMs: never, runtimeMs: never, poisons: 0 };
  readonly request: Request;
  readonly #tally = new Tally();

  constructor(kind: Kind = 'summary') {
    this.request = new Request({ kind, uri: 'untitled:a.js', text: '', method: '', params: {} }, this.blows);
  }

  get findings() {
    this.request.judge(this.#tally);
    return this.#tally.findings;
  }
}

const lostEngine = {
  kind: 'error',
  code: -31_001,
  message: 'The engine ended while it worked on this request.',
} as const;

describe('a request of the soak', () => {
  it('when its pieces are its answer, then it was answered, and nothing is found', () => {
    const asked = new Case();
    for (const piece of ['It ', 'adds.']) asked.request.part(piece, false);
    asked.request.over({ kind: 'result', result: { text: 'It adds.' } });
    const { findings } = asked;
    expect([findings.answered, isClean(findings)]).toEqual([1, true]);
  });

  it('when a piece came twice, after the end, or a second answer came, then it was doubled', () => {
    const twice = new Case();
    for (const piece of ['It ', 'It ', 'adds.']) twice.request.part(piece, false);
    twice.request.over({ kind: 'result', result: { text: 'It adds.' } });
    expect(twice.findings.doubled).toHaveLength(1);
    const late = new Case();
    late.request.over({ kind: 'result', result: { text: '' } });
    late.request.part('late', false);
    late.request.over({ kind: 'result', result: { text: '' } });
    expect(late.findings.doubled).toHaveLength(2);
  });

  it('when it fails although its engine died once only, then it is lost; after two deaths its end is explained', () => {
    const once = new Case();
    once.blows.engine += 1;
    once.request.over(lostEngine);
    expect(once.findings.lost).toHaveLength(1);
    const again = new Case();
    again.blows.engine += 2;
    again.request.over(lostEngine);
    expect(again.findings).toMatchObject({ lost: [], refused: 1 });
  });

  it('when the engine rests after deaths in a row, then that explains its end for as long as it rests, and no longer', () => {
    const message = 'The engine ended 5 times in a row without an answer (SIGKILL), so it rests for 60 s.';
    const resting = new Case();
    resting.blows.engineMs = performance.now() - restMsFirst;
    resting.request.over({ kind: 'error', code: -31_001, message });
    expect(resting.findings).toMatchObject({ lost: [], refused: 1 });
    const rested = new Case();
    rested.blows.engineMs = performance.now() - 2 * restMsFirst;
    rested.request.over({ kind: 'error', code: -31_001, message });
    expect(rested.findings.lost).toHaveLength(1);
  });

  it('when its connection closes, then that is explained by a death of the runtime alone', () => {
    const closed = new Case();
    closed.request.over({ kind: 'closed' });
    expect(closed.findings.lost).toHaveLength(1);
    const killed = new Case();
    killed.blows.runtime += 1;
    killed.request.over({ kind: 'closed' });
    expect(killed.findings).toMatchObject({ lost: [], refused: 1 });
  });

  it('when it never ends, then it hangs; when its window was killed, then nobody waits for it', () => {
    expect(new Case().findings.hangs).toHaveLength(1);
    const abandoned = new Case();
    abandoned.request.isAbandoned = true;
    expect(abandoned.findings.asked).toBe(0);
  });
});

describe('the soak', () => {
  it('when it is called, then a seed and a bound are taken, and what makes no sense is refused with a sentence', () => {
    const usual = readArguments([], () => 0.5);
    expect(usual).toMatchObject({ json: false, seed: 1, faults: 300, parts: ['simulated', 'real'] });
    expect(readArguments(['--seed', 'random'], () => 0.5).seed).toBe(2 ** 30);
    expect(readArguments(['--only', 'real', '--seconds', '9'], () => 0)).toMatchObject({ parts: ['real'], seconds: 9 });
    expect(() => readArguments(['--faults', 'many'], () => 0)).toThrow("--faults is 'many': give a whole number.");
    expect(() => readArguments(['--only', 'half'], () => 0)).toThrow("--only is 'half': give simulated or real.");
  });

  it('when help is asked for, then every option is explained, and what a fault counts for, and all ends well', () => {
    const printed = { out: '', err: '' };
    const printer = {
      out: (text: string) => {
        printed.out += text;
      },
      err: (text: string) => {
        printed.err += text;
      },
    };
    expect(argumentsOrExit(['--help'], () => 0, printer)).toBe(0);
    expect(printed).toEqual({ out: usage, err: '' });
    for (const option of ['faults', 'seed', 'seconds', 'only', 'json', 'help'])
      expect(usage).toMatch(new RegExp(`^  --${option} +\\w`, 'm'));
    expect(simulatedPerReal).toBe(10);
    expect(usage).toMatch(/--faults +faults of the real part \(default: 300\); 10 times as many are simulated\n/);
    expect(argumentsOrExit(['--faults', 'many'], () => 0, printer)).toBe(2);
    expect(printed.err).toBe(`soak: --faults is 'many': give a whole number.\n${usage}`);
    expect(argumentsOrExit([], () => 0, printer)).toEqual(readArguments([], () => 0));
  });

  it('when kinds are drawn, then as often as their weights say, and the same ones for the same seed', () => {
    const drawn = (): string[] => {
      const random = newRandom(5, 'draw');
      return Array.from({ length: 4_000 }, () => draw(random, { often: 3, seldom: 1, never: 0 }));
    };
    const first = drawn();
    expect(drawn()).toEqual(first);
    const often = first.filter((kind) => kind === 'often').length;
    expect(often / first.length).toBeCloseTo(0.75, 1);
    expect(first).not.toContain('never');
  });

  it('when completions were back after one load and a second, then that is in time', () => {
    const { findings } = new Tally();
    const real = { loadMs: [900, 1_000, 5_000], backMs: [1_500, 2_000, 2_001], memoryGrowth: 0.01, skipped: [] };
    const figures = figuresOf({ seed: 1, findings, simulated: undefined, real });
    expect(figures['soak.back_in_time']).toBeCloseTo(2 / 3);
    expect(figures['soak.load_s']).toBe(1);
  });
});
