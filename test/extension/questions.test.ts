import { describe, expect, it } from 'vitest';
import { Questions, questionText } from '../../extension/questions.ts';
import type { OfferParams } from '../../runtime/protocol.ts';

const offer: OfferParams = {
  class: 'translate',
  textDocument: { uri: 'file:///project/app%20one.ts' },
  model: 'Large',
  by: 'Small',
  waitMs: 12_300,
};

/** What is on the screen, by the name of the chosen model. */
function screen() {
  const shown: string[] = [];
  const questions = new Questions(({ model }, over) => {
    shown.push(model);
    void over.then(() => shown.splice(shown.indexOf(model), 1));
  });
  const ask = (model: string) => {
    const moot = new AbortController();
    return { moot, answer: questions.ask({ ...offer, model }, moot.signal) };
  };
  return { shown, questions, ask };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('questions to the user', () => {
  it('when one is asked, then it is shown until the user has chosen', async () => {
    const { shown, questions, ask } = screen();
    const { answer } = ask('A');
    await settled();
    expect(shown).toEqual(['A']);
    questions.answer('now');
    expect(await answer).toBe('now');
    expect(shown).toEqual([]);
  });

  it('when it becomes moot, then it goes away, and a choice that comes after changes nothing', async () => {
    const { shown, questions, ask } = screen();
    const { answer, moot } = ask('A');
    await settled();
    moot.abort();
    expect(await answer).toBeUndefined();
    expect(shown).toEqual([]);
    questions.answer('now');
    const next = ask('B');
    await settled();
    expect(shown).toEqual(['B']);
    questions.answer('wait');
    expect(await next.answer).toBe('wait');
  });

  it('when several are asked, then one is shown at a time, and one that is moot by its turn never is', async () => {
    const { shown, questions, ask } = screen();
    const [a, b, c] = [ask('A'), ask('B'), ask('C')];
    b.moot.abort();
    await settled();
    expect(shown).toEqual(['A']);
    questions.answer('wait');
    expect(await a.answer).toBe('wait');
    expect(await b.answer).toBeUndefined();
    await settled();
    expect(shown).toEqual(['C']);
    questions.answer('now');
    expect(await c.answer).toBe('now');
  });

  it('when nothing is asked, then a choice is of no consequence', async () => {
    const { questions, ask } = screen();
    questions.answer('now');
    const { answer, moot } = ask('A');
    await settled();
    moot.abort();
    expect(await answer).toBeUndefined();
  });
});

describe('the text of a question', () => {
  it('when it is read, then it says who comes when, for what, and what can be chosen', () => {
    expect(questionText(offer)).toBe(
      'Large comes in about 12 s, too late for the translation of app one.ts. ' +
        '[Answer with Small now](command:punctual.answerNow) · [Wait for Large](command:punctual.keepWaiting)',
    );
    expect(questionText({ ...offer, class: 'summarize' })).toContain('the summary of');
  });

  it('when a name is made to look like a link, then it is none', () => {
    const uri = 'untitled:x](command:evil)[y%';
    const text = questionText({
      ...offer,
      model: '[A](command:evil)',
      by: 'B](command:evil)\n',
      textDocument: { uri },
    });
    const links = [...text.matchAll(/\[[^\]\n]+\]\((command:[^)\s]+)\)/g)].map(([, href]) => href);
    expect(links).toEqual(['command:punctual.answerNow', 'command:punctual.keepWaiting']);
  });
});
