/** Questions of the runtime to a client: requests the other way round, which can be taken back. */
import { CancellationTokenSource, type Connection } from 'vscode-languageserver';
import { core } from 'zod/mini';
import { type OfferParams, type OfferResult, offerMethod, offerResultSchema } from '../protocol.ts';

/** Questions that one client has not answered; who answers none is not asked more and more. */
export const questionsMax = 64;

/** All questions to one client. */
export class Questions {
  readonly #connection: Pick<Connection, 'sendRequest'>;
  #open = 0;

  constructor(connection: Pick<Connection, 'sendRequest'>) {
    this.#connection = connection;
  }

  /** False as long as too many are open, the moot ones too. */
  get canAsk(): boolean {
    return this.#open < questionsMax;
  }

  /** `moot` tells the client that no answer counts any more. @throws what the client answers in place of one, or the reason of `moot`, of which nothing is asked. */
  async ask(method: string, params: object, moot: AbortSignal): Promise<unknown> {
    moot.throwIfAborted();
    if (!this.canAsk) throw new Error(`it has left ${questionsMax} questions open`);
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    moot.addEventListener('abort', cancel, { once: true });
    this.#open += 1;
    try {
      return await this.#connection.sendRequest<unknown>(method, params, source.token);
    } finally {
      this.#open -= 1;
      moot.removeEventListener('abort', cancel);
    }
  }
}

/** Whether another model is to answer. Never rejects; undefined when the client did not say. @param unanswered hears why. */
export async function askOffer(
  questions: Questions,
  offer: OfferParams,
  moot: AbortSignal,
  unanswered: (why: string) => void,
): Promise<OfferResult['choice'] | undefined> {
  try {
    return offerResultSchema.parse(await questions.ask(offerMethod, offer, moot)).choice;
  } catch (error) {
    if (!moot.aborted) unanswered(sentenceOf(error));
    return undefined;
  }
}

/** Why there is no answer, for the log. */
export function sentenceOf(error: unknown): string {
  if (error instanceof core.$ZodError) return 'the answer is none of those that there are';
  return error instanceof Error ? error.message : String(error);
}
