/** What was taken off a prompt: the answer begins with it, and it is not told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerText } from '../../runtime/engine/answer-text.ts';
import { machineWith, prompt, request, run, withoutPass } from './step-machine-fixtures.ts';

/** Pieces of text as tokens: the token is the piece's index. */
function told(cut: string, pieces: readonly string[], stops: readonly string[] = []) {
  const answer = new AnswerText({ push: (token) => pieces[token] ?? '' }, stops, cut);
  const owed = [answer.owed];
  const text = pieces.map((_, token) => {
    const piece = answer.push(token).text;
    owed.push(answer.owed);
    return piece;
  });
  return { text: text.join('') + answer.flush(), owed };
}

describe('an answer to a prompt without its last word', () => {
  it.each([
    ['in one token', ['return', ' x'], ['ret', '', '']],
    ['in several', ['re', 't', 'urn x'], ['ret', 't', '', '']],
    ['with nothing at first', ['', 'return x'], ['ret', 'ret', '']],
  ])(
    'when it begins with the word %s, then the rest is told, and what is owed is known before each token',
    (_, pieces, owed) => {
      expect(told('ret', pieces)).toEqual({ text: 'urn x', owed });
    },
  );

  it('when only a space was taken off, then it may be missing, and is not owed', () => {
    expect(told(' ', [' x'])).toEqual({ text: 'x', owed: ['', ''] });
    expect(told(' ', ['0', ' x']).text).toBe('0 x');
  });

  it('when it begins with something else all the same, then nothing of it is lost', () => {
    expect(told('ret', ['if', ' ret'])).toEqual({ text: 'if ret', owed: ['ret', '', ''] });
  });

  it('when it begins with the word, then what is told does not depend on how it is cut into tokens', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (cut, pieces) => {
        const whole = cut + pieces.join('');
        const cuts = pieces.map((_, index) => whole.slice(index * 2, index * 2 + 2));
        expect(told(cut, [...cuts, whole.slice(pieces.length * 2)]).text).toBe(pieces.join(''));
      }),
    );
  });
});

describe('the step machine with a word that was taken off', () => {
  it('when tokens are sampled, then they are to begin with what is left of it, until it is there', () => {
    const machine = machineWith();
    machine.start(request('a'), prompt(10), 0, 'ab');
    expect(run(machine).pass.items[0]).not.toHaveProperty('begin');
    const first = run(machine, 1);
    expect(first.pass.items[0]).toMatchObject({ sample: true, begin: 'ab' });
    expect(withoutPass(first.events)).toEqual([{ kind: 'tokens', id: 'a', tokens: [1], text: '' }]);
    expect(run(machine, 2).pass.items[0]).toMatchObject({ begin: 'b' });
    const later = run(machine, 3);
    expect(later.pass.items[0]).not.toHaveProperty('begin');
    expect(withoutPass(later.events)).toEqual([{ kind: 'tokens', id: 'a', tokens: [3], text: 'c' }]);
  });

  it('when an answer goes on that had begun, then what it said of the word counts', () => {
    const machine = machineWith();
    machine.start(request('a', { generated: [1] }), prompt(3), 0, 'ab');
    expect(run(machine, 2).pass.items[0]).toMatchObject({ begin: 'b' });
  });
});
