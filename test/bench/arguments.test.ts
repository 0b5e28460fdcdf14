import { describe, expect, it } from 'vitest';
import { editDistance, readArguments } from '../../runtime/bench/arguments.ts';
import { BadUsage, type Bench } from '../../runtime/bench/bench.ts';
import { helpOf, overviewOf } from '../../runtime/bench/help.ts';

const walk: Bench = {
  name: 'walk',
  summary: 'how far one gets',
  takes: { full: '5 minutes', quick: '20 seconds' },
  options: [
    { name: 'pace', value: 'N', help: 'steps a minute' },
    { name: 'worker', value: 'yes', help: 'for children', isInternal: true },
  ],
  note: 'Wear shoes.',
  run: async () => ({ figures: {}, details: {} }),
};
const swim: Bench = { name: 'swim', summary: 'the same in water', takes: walk.takes, run: walk.run };
const benches = [walk, swim];

const refused = (...args: string[]): string => {
  try {
    readArguments(args, benches);
  } catch (error) {
    if (error instanceof BadUsage) return error.message;
    throw error;
  }
  throw new Error('It was taken.');
};

describe('the arguments of a bench', () => {
  it('when options are given, then they are read in any order and both ways of writing', () => {
    const asked = { kind: 'run', bench: walk, json: true, quick: false, values: { pace: '-3' } };
    expect(readArguments(['walk', '--json', '--pace', '-3'], benches)).toEqual(asked);
    expect(readArguments(['walk', '--pace=-3', '--json'], benches)).toEqual(asked);
  });

  it('when a word is nearly one that there is, then that one is named', () => {
    expect(refused('wlak')).toBe("there is no bench 'wlak'; did you mean walk?");
    expect(refused('walk', '--pase', '3')).toBe('there is no option --pase; did you mean --pace?');
    expect(refused('swim', '--qick')).toBe('there is no option --qick; did you mean --quick?');
  });

  it('when it is near to none, then all are named but those for children', () => {
    expect(refused('fly')).toBe("there is no bench 'fly'; there are walk, swim.");
    expect(refused('walk', '--elevation', '3')).toBe(
      'there is no option --elevation; there are --pace, --json, --quick, --help.',
    );
  });

  it('when a value is missing, superfluous or nobody’s, then it says which', () => {
    expect(refused()).toBe('say which bench: walk, swim.');
    expect(refused('walk', '--pace')).toBe('--pace needs a value, as in --pace N (steps a minute).');
    expect(refused('walk', '--pace', '--json')).toContain('--pace needs a value');
    expect(refused('walk', '--json=yes')).toBe('--json takes no value.');
    expect(refused('walk', 'fast')).toBe("'fast' belongs to no option.");
  });

  it('when help is asked for, then nothing else is looked at', () => {
    expect(readArguments(['--help'], benches)).toEqual({ kind: 'overview' });
    expect(readArguments(['walk', '--pace', '-h', '--nothing'], benches)).toEqual({ kind: 'help', bench: walk });
  });

  it('when words differ, then the distance is the least number of changes', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });
});

describe('the help of the benches', () => {
  it('when all are listed, then each has one line', () => {
    expect(overviewOf(benches).split('\n')).toEqual(
      expect.arrayContaining(['  walk  how far one gets', '  swim  the same in water']),
    );
  });

  it('when one is explained, then with its options, how long it takes, and what else one should know', () => {
    const help = helpOf(walk);
    expect(help).toContain('  --pace N  steps a minute\n');
    expect(help).toContain('  --quick   fewer repetitions');
    expect(help).toContain('Takes about 5 minutes on two cores, 20 seconds with --quick.\nWear shoes.\n');
    expect(help).not.toContain('worker');
  });
});
