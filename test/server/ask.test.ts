import { describe, expect, it } from 'vitest';
import { Questions, questionsMax } from '../../runtime/server/ask.ts';

/** A client that answers when the test says so. */
class Slow {
  readonly #answers: ((answer: string) => void)[] = [];
  asked = 0;

  sendRequest = <R>(): Promise<R> => {
    this.asked += 1;
    return new Promise<R>((resolve) => this.#answers.push((answer) => resolve(answer as R)));
  };

  answer(): void {
    this.#answers.shift()?.('yes');
  }
}

const ask = (questions: Questions) => questions.ask('punctual/offer', {}, new AbortController().signal);

describe('questions to a client', () => {
  it('when it answers none, then it is asked no more, and again once it has answered one', async () => {
    const client = new Slow();
    const questions = new Questions(client as never);
    const open = Array.from({ length: questionsMax }, () => ask(questions));
    expect(questions.canAsk).toBe(false);
    await expect(ask(questions)).rejects.toThrow(`it has left ${questionsMax} questions`);
    expect(client.asked).toBe(questionsMax);
    client.answer();
    expect(await open[0]).toBe('yes');
    expect(questions.canAsk).toBe(true);
    void ask(questions);
    expect(client.asked).toBe(questionsMax + 1);
  });
  it('when a question is moot before it is asked, then it is not asked', async () => {
    const client = new Slow();
    const questions = new Questions(client as never);
    await expect(questions.ask('punctual/offer', {}, AbortSignal.abort('gone'))).rejects.toBe('gone');
    expect([client.asked, questions.canAsk]).toEqual([0, true]);
  });
});
