/** Questions of the runtime to a client: requests the other way round, which can be taken back. */
import { CancellationTokenSource, type Connection } from 'vscode-languageserver';
import { ZodError } from 'zod';
import { type OfferParams, type OfferResult, offerMethod, offerResultSchema } from '../protocol.ts';

/** `moot` tells the client that no answer counts any more. @throws what the client answers in place of one. */
export async function askClient(
  connection: Pick<Connection, 'sendRequest'>,
  method: string,
  params: object,
  moot: AbortSignal,
): Promise<unknown> {
  const source = new CancellationTokenSource();
  const cancel = (): void => source.cancel();
  moot.addEventListener('abort', cancel, { once: true });
  try {
    return await connection.sendRequest<unknown>(method, params, source.token);
  } finally {
    moot.removeEventListener('abort', cancel);
  }
}

/** Whether another model is to answer. Never rejects; undefined when the client did not say. @param unanswered hears why. */
export async function askOffer(
  connection: Pick<Connection, 'sendRequest'>,
  offer: OfferParams,
  moot: AbortSignal,
  unanswered: (why: string) => void,
): Promise<OfferResult['choice'] | undefined> {
  try {
    return offerResultSchema.parse(await askClient(connection, offerMethod, offer, moot)).choice;
  } catch (error) {
    if (!moot.aborted) unanswered(sentenceOf(error));
    return undefined;
  }
}

/** Why there is no answer, for the log. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ZodError) return 'the answer is none of those that there are';
  return error instanceof Error ? error.message : String(error);
}
