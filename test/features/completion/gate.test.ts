import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptProbability,
  acceptRateUsual,
  type GateHistory,
  type GateQuestion,
  gateFeatures,
  gateLearned,
  whySilent,
} from '../../../runtime/features/completion/gate.ts';

const ordinary: GateHistory = { acceptRate: acceptRateUsual, beatMs: 220, learned: {} };
const above = `${'const value = compute();\n'.repeat(8)}`;

/** The cursor is marked by `|`; some lines stand above. */
function question(marked: string, more: Partial<GateQuestion> = {}): GateQuestion {
  const [before = '', after = ''] = marked.split('|');
  const place = { uri: 'file:///project/a.ts', languageId: 'typescript', invoked: false, history: ordinary };
  return { before: above + before, after, ...place, ...more };
}

const reasonAt = (marked: string, more: Partial<GateQuestion> = {}): string =>
  whySilent(question(marked, more))?.reason ?? 'asked';

describe('where a suggestion makes no sense', () => {
  it.each([
    ['let total = co|mpute();', 'midIdentifier'],
    ['let naï|ve = 1;', 'midIdentifier'],
    ['let total = compute|();', 'asked'],
    ['let total = |compute;', 'asked'],
    ['<<<<<<< ours\nlet a = |\n=======\nlet b = 2;\n>>>>>>> theirs\n', 'conflictMarkers'],
    ['<<<<<<< ours\nlet a = 1;\n=======\nlet b = |\n>>>>>>> theirs\n', 'conflictMarkers'],
    ['<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\nlet c = |\n', 'asked'],
    ['let c = |\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n', 'asked'],
    ['Heading\n=======\nlet c = |\n', 'asked'],
    ['const mark = "<<<<<<< ours";\nlet c = |\n', 'asked'],
  ])('when the cursor is at %j, then: %s', (marked, reason) => {
    expect(reasonAt(marked)).toBe(reason);
  });

  it.each([
    ['output:extension-output-1', 'plaintext'],
    ['git:/project/a.ts?ref', 'typescript'],
    ['vscode-notebook-cell-output:/a', 'plaintext'],
    ['file:///var/log/server.log', 'log'],
    ['OUTPUT:x', 'Log'],
  ])('when the document is %s in %s, then it is no source', (uri, languageId) => {
    expect(reasonAt('let c = |', { uri, languageId })).toBe('notSource');
  });

  it('when it is asked for by hand, then nothing keeps it back', () => {
    const invoked = { invoked: true };
    expect(reasonAt('co|mpute', invoked)).toBe('asked');
    expect(reasonAt('<<<<<<< a\n|\n>>>>>>> b\n', invoked)).toBe('asked');
    expect(reasonAt('|', { ...invoked, uri: 'output:x' })).toBe('asked');
    expect(reasonAt('// why; |is it', { ...invoked, history: { ...ordinary, acceptRate: 0 } })).toBe('asked');
  });
});

describe('where a suggestion would hardly be taken', () => {
  it.each([
    ['', '|'],
    ['in a word', 'let tot|'],
    ['behind a dot', 'value.|'],
    ['in brackets', 'compute(|)'],
    ['behind a statement', 'compute();|'],
    ['in a comment', '// The total of|'],
    ['in a string', 'const a = "hel|"'],
    ['before other text', 'let a = | + 1;'],
  ])('when the person is an ordinary one and the cursor %s, then it is asked for', (_, marked) => {
    expect(reasonAt(marked)).toBe('asked');
  });

  it('when several things speak against it, then it is not asked for', () => {
    expect(reasonAt('compute(a);| // why')).toBe('unlikely');
    expect(reasonAt('// so; |it goes')).toBe('unlikely');
  });

  it('when a person hardly ever takes one, then it is asked for in fewer places', () => {
    const never = { ...ordinary, acceptRate: 0 };
    expect(reasonAt('compute();|', { history: never })).toBe('unlikely');
    expect(reasonAt('value.|', { history: never })).toBe('asked');
    const always = { ...ordinary, acceptRate: 1 };
    expect(reasonAt('compute(a);| // why', { history: always })).toBe('asked');
  });

  it('when what was learned says otherwise, then it counts', () => {
    const learned = gateFeatures(question('compute();|'));
    expect(learned.end).toBe(1);
    const rejected = Array.from({ length: 60 }).reduce<GateHistory['learned']>(
      (weights) => gateLearned(weights, learned, false),
      {},
    );
    expect(reasonAt('compute();|', { history: { ...ordinary, learned: rejected } })).toBe('unlikely');
    const taken = Array.from({ length: 60 }).reduce<GateHistory['learned']>(
      (weights) => gateLearned(weights, learned, true),
      {},
    );
    const chance = (history: GateHistory): number => acceptProbability(question('compute();|', { history }));
    expect(chance({ ...ordinary, learned: taken })).toBeGreaterThan(2 * chance(ordinary));
  });

  it('when anything is learned, then it stays within bounds and fades', () => {
    const features = fc.dictionary(
      fc.constantFrom('always', 'end', 'amid', 'slowTyping'),
      fc.double({ min: -3, max: 3, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(features, fc.boolean()), { maxLength: 200 }), (outcomes) => {
        const learned = outcomes.reduce<GateHistory['learned']>(
          (weights, [seen, isAccepted]) => gateLearned(weights, seen, isAccepted),
          {},
        );
        for (const weight of Object.values(learned)) expect(Math.abs(weight ?? 0)).toBeLessThanOrEqual(1);
        const faded = gateLearned(learned, {}, true);
        for (const [name, weight] of Object.entries(learned))
          expect(Math.abs(faded[name as keyof typeof faded] ?? 0)).toBeLessThanOrEqual(Math.abs(weight ?? 0));
      }),
    );
  });

  it('when the text is anything, then the gate answers', () => {
    const languageId = fc.constantFrom('typescript', 'python', 'rust', 'markdown', 'unheard-of');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.nat(), languageId, (text, place, language) => {
        const at = place % (text.length + 1);
        const asked = question('|', { before: text.slice(0, at), after: text.slice(at), languageId: language });
        const chance = acceptProbability(asked);
        expect(chance).toBeGreaterThan(0);
        expect(chance).toBeLessThan(1);
        expect(whySilent({ ...asked, invoked: true })).toBeUndefined();
      }),
    );
  });
});
