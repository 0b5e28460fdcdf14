/** Whether another model may answer a request, from the settings to the tasks, and the question in names that people know. */
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CompletionFeature } from '../../runtime/features/completion/index.ts';
import type { TextOffer } from '../../runtime/features/consent.ts';
import type { OfferChoice, TaskOffer } from '../../runtime/features/tasks.ts';
import { SummarizeFeature } from '../../runtime/features/text.ts';
import { chosenSettings, models, ScriptedTasks, settings } from './fakes.ts';
import { kitOf } from './text-kit.ts';

const never = new AbortController().signal;
const tooLong = { code: 'promptTooLong', message: 'too long', promptTokens: 1_000, promptTokensMax: 500 } as const;

function offerTo(answers: OfferChoice[], signal = never): TaskOffer {
  return { by: 'small', waitMs: 12_000, signal, answer: (choice) => void answers.push(choice) };
}

async function summarize(tasks: ScriptedTasks, onOffer?: (offer: TextOffer) => void) {
  const document = TextDocument.create('file:///a.py', 'python', 1, 'value = 1\n'.repeat(300));
  const request = { document, settings: { ...settings, substitution: 'ask' }, receivedMs: 1_000 } as const;
  const listener = { onText: () => undefined, onNote: () => undefined, ...(onOffer && { onOffer }) };
  await new SummarizeFeature(kitOf(tasks)).run(request, listener, never);
  return tasks.specs.map(({ substitution }) => substitution);
}

describe('a request whose asker wants to be asked', () => {
  it('when another model could answer, then he is asked by name, and his word goes back', async () => {
    const answers: OfferChoice[] = [];
    const offers: TextOffer[] = [];
    const tasks = new ScriptedTasks(() => ({ offer: offerTo(answers), pieces: ['x'] }));
    const told = await summarize(tasks, (offer) => {
      offers.push(offer);
      offer.answer('now');
    });
    expect(told).toEqual(['ask']);
    expect(offers).toMatchObject([{ model: 'Demo', by: 'The small', waitMs: 12_000 }]);
    expect(answers).toEqual(['now']);
  });

  it.each([
    ['now', 'automatically'],
    ['wait', 'never'],
  ] as const)('when he said %s and it is tried again, then he is not asked again: %s', async (choice, next) => {
    const tasks = new ScriptedTasks((_, attempt) =>
      attempt === 1
        ? { offer: offerTo([]), outcome: { kind: 'failed', error: tooLong } }
        : { offer: offerTo([]), pieces: ['x'] },
    );
    const [first, ...more] = await summarize(tasks, (offer) => offer.answer(choice));
    expect([first, ...new Set(more)]).toEqual(['ask', next]);
  });

  it('when he answers a question that is moot, then that says nothing of the next attempt', async () => {
    const answers: OfferChoice[] = [];
    const tasks = new ScriptedTasks((_, attempt) =>
      attempt === 1
        ? { offer: offerTo(answers, AbortSignal.abort()), outcome: { kind: 'failed', error: tooLong } }
        : { pieces: ['x'] },
    );
    const [first, ...more] = await summarize(tasks, (offer) => offer.answer('now'));
    expect([first, ...new Set(more)]).toEqual(['ask', 'ask']);
    expect(answers).toEqual([]);
  });

  it('when several parts would have him asked, then he is asked once, and his word counts for all of them', async () => {
    const answers: OfferChoice[] = [];
    const offers: TextOffer[] = [];
    const tasks = new ScriptedTasks((_, attempt) =>
      attempt === 1 ? { outcome: { kind: 'failed', error: tooLong } } : { offer: offerTo(answers), pieces: ['x'] },
    );
    await summarize(tasks, (offer) => {
      offers.push(offer);
      setImmediate(() => offer.answer('wait'));
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(offers).toHaveLength(1);
    expect(answers).toEqual(tasks.specs.slice(1).map(() => 'wait'));
  });

  it('when there is nobody to ask, then nothing listens to a question', async () => {
    const answers: OfferChoice[] = [];
    await summarize(new ScriptedTasks(() => ({ offer: offerTo(answers), pieces: ['x'] })));
    expect(answers).toEqual([]);
  });
});

describe('ghost text', () => {
  it('when its asker wants to be asked, then nobody is: it has no ear for it', async () => {
    const answers: OfferChoice[] = [];
    const tasks = new ScriptedTasks(() => ({ offer: offerTo(answers), pieces: ['x'] }));
    const document = TextDocument.create('file:///a.py', 'python', 1, 'def add(a, b):\n    return ');
    const position = { line: 1, character: 11 };
    const wanted = { ...chosenSettings, substitution: 'ask' } as const;
    const request = { document, position, invoked: true, settings: wanted, client: 'c1', receivedMs: 1_000 };
    await new CompletionFeature(tasks, models, []).complete(request, never);
    expect(tasks.specs[0]?.substitution).toBe('ask');
    expect(answers).toEqual([]);
  });
});
