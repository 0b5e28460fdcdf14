/** A client that may say anything: frames out as they are given, answers in by their id. */
import type { WebSocket } from 'ws';
import { z } from 'zod';

const answerSchema = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
export type Answer = z.infer<typeof answerSchema>;

export class RawClient {
  readonly socket: WebSocket;
  readonly #arrived: Answer[] = [];
  readonly #waiting: ((answer: Answer) => void)[] = [];
  #count = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const message: unknown = JSON.parse(String(data));
      // Log messages and status are none of this client's business.
      const answer = answerSchema.safeParse(message);
      if (!answer.success) return;
      const taker = this.#waiting.shift();
      if (taker) taker(answer.data);
      else this.#arrived.push(answer.data);
    });
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  say(message: object): void {
    this.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  answer(): Promise<Answer> {
    const answer = this.#arrived.shift();
    return answer ? Promise.resolve(answer) : new Promise((taker) => this.#waiting.push(taker));
  }

  ask(method: string, params?: unknown): Promise<Answer> {
    this.say({ id: `raw${++this.#count}`, method, ...(params !== undefined && { params }) });
    return this.answer();
  }

  /** Every answer up to that of a last request, which shows that the conversation goes on. */
  async answersUntilAlive(): Promise<Answer[]> {
    const id = `alive${++this.#count}`;
    this.say({ id, method: 'punctual/eligibility', params: { textDocument: { uri: 'untitled:alive' } } });
    const answers: Answer[] = [];
    for (let answer = await this.answer(); answer.id !== id; answer = await this.answer()) answers.push(answer);
    return answers;
  }
}
