/**
 * The one place where messages of clients are checked: JSON, its depth, the JSON-RPC envelope, then the parameters by method. A bad
 * request is answered with the member that is wrong; a bad notification is logged and dropped. Nothing unchecked gets past. What a client
 * sends faster than one may is read later, and what it asks beyond its share is answered with a sentence (limits.ts).
 */
import { type DataCallback, ErrorCodes, type Message } from 'vscode-jsonrpc/node';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { SocketReader } from '../client/socket.ts';
import type { CountingWriter } from './counting-writer.ts';
import {
  Allowance,
  complaintsMax,
  depthMax,
  inOneLine,
  isTooDeep,
  messagesPerSecond,
  requestsInFlightMax,
  requestsOpenMax,
} from './limits.ts';
import { cancelMethod, cancelParamsSchema, requestIdSchema as id, paramsOf } from './methods.ts';

const params = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullish();

const noMethod = z.undefined().optional();

const envelope = z.union([
  z.looseObject({ jsonrpc: z.literal('2.0'), id: id.optional(), method: z.string().max(256), params }),
  z.looseObject({ jsonrpc: z.literal('2.0'), id: id.nullable(), result: z.unknown(), method: noMethod }),
  z.looseObject({
    jsonrpc: z.literal('2.0'),
    id: id.nullable(),
    method: noMethod,
    error: z.looseObject({ code: z.number(), message: z.string() }),
  }),
]);

export interface ReaderOptions {
  readonly now: () => number;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly log: (line: string) => void;
}

export class CheckedReader extends SocketReader {
  readonly #socket: WebSocket;
  readonly #writer: CountingWriter;
  readonly #options: ReaderOptions;
  readonly #allowance: Allowance;
  /** Takes the end of a pause back. */
  #pause: (() => void) | undefined;
  #complaints = 0;

  constructor(socket: WebSocket, writer: CountingWriter, options: ReaderOptions) {
    super(socket);
    this.#socket = socket;
    this.#writer = writer;
    this.#options = options;
    this.#allowance = new Allowance(options.now());
    // Each ping is answered with a pong, which is work like any other.
    socket.on('ping', () => this.#take());
    socket.on('close', () => this.#pause?.());
  }

  override listen(callback: DataCallback): ReturnType<SocketReader['listen']> {
    return super.listen((message) => {
      if (message !== dropped) callback(message);
    });
  }

  protected override decode(data: RawData): Message {
    const isTooFast = this.#take();
    let json: unknown;
    try {
      json = JSON.parse(String(data));
    } catch {
      return this.#refuse(null, ErrorCodes.ParseError, 'The message is not JSON.');
    }
    if (isTooDeep(json))
      return this.#refuse(
        isNotification(json) || isResponse(json) ? undefined : idOf(json),
        ErrorCodes.InvalidRequest,
        `The message is nested deeper than ${depthMax} levels.`,
      );
    const message = envelope.safeParse(json);
    if (!message.success)
      return this.#refuse(
        // To answer an answer would be taken for the answer to another question.
        isResponse(json) ? undefined : idOf(json),
        ErrorCodes.InvalidRequest,
        'The message is not a JSON-RPC 2.0 request, notification or response.',
      );
    if (message.data.method === undefined) return json as Message;
    const { method, id: requestId } = message.data;
    const problem = requestId === undefined ? undefined : this.#problemOf(requestId, isTooFast);
    if (problem !== undefined) return this.#refuse(requestId, ErrorCodes.InvalidRequest, `${method}: ${problem}`);
    return this.#checked(json as Message, method, requestId, message.data['params']);
  }

  #checked(json: Message, method: string, requestId: string | number | undefined, given: unknown): Message {
    const schema = paramsOf(method);
    if (schema === undefined) {
      if (requestId === undefined) return dropped;
      return this.#refuse(requestId, ErrorCodes.MethodNotFound, `There is no method '${inOneLine(method)}'.`);
    }
    const checked = schema.safeParse(given ?? {});
    if (checked.success) {
      if (requestId !== undefined) this.#writer.expect(requestId);
      if (method === cancelMethod) this.#writer.giveUp(cancelParamsSchema.parse(checked.data).id);
      return json;
    }
    const [issue] = checked.error.issues;
    const reason = `${method}: ${issue ? `${issue.path.join('.') || 'params'}: ${issue.message}` : 'the parameters are wrong'}`;
    return this.#refuse(requestId, ErrorCodes.InvalidParams, reason);
  }

  /** A sentence for who asks for more than one client may have, or in a way in which no answer would find its question. */
  #problemOf(requestId: string | number, isTooFast: boolean): string | undefined {
    if (this.#writer.isOpen(requestId))
      return 'another request with this id waits for its answer: give each one an id of its own.';
    if (this.#writer.requestsInFlight >= requestsInFlightMax)
      return `${requestsInFlightMax} requests of this client wait for their answers: wait for some of them, or cancel them.`;
    if (this.#writer.requestsOpen >= requestsOpenMax)
      return `${requestsOpenMax} requests of this client are not answered yet, cancelled ones too: wait for some of them.`;
    return isTooFast
      ? `More than ${messagesPerSecond} messages a second come from this client: send fewer.`
      : undefined;
  }

  /** Notifications are taken all the same, as a change that is lost would make nonsense of its document: its sender waits instead. */
  #take(): boolean {
    const { now, timer } = this.#options;
    const waitMs = this.#allowance.take(now());
    if (waitMs === 0) return false;
    if (this.#pause === undefined) {
      this.#socket.pause();
      const callOff = timer(waitMs, () => {
        this.#pause = undefined;
        this.#socket.resume();
      });
      this.#pause = callOff;
    }
    return true;
  }

  /** `undefined` for a notification, which nobody waits for. */
  #refuse(requestId: string | number | null | undefined, code: number, message: string): Message {
    this.#complaints += 1;
    const { log } = this.#options;
    if (this.#complaints <= complaintsMax) log(`a message was refused: ${inOneLine(message)}`);
    if (this.#complaints === complaintsMax) log('what is refused of this client from now on is not written down');
    const answer = { jsonrpc: '2.0', id: requestId, error: { code, message } };
    if (requestId !== undefined) void this.#writer.refuse(answer);
    return dropped;
  }
}

/** Stands for a message that has been dealt with. */
const dropped: Message = { jsonrpc: 'dropped' };

function idOf(json: unknown): string | number | null {
  const parsed = z.looseObject({ id }).safeParse(json);
  return parsed.success ? parsed.data.id : null;
}

function isNotification(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'method' in json && !('id' in json);
}

function isResponse(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('result' in json || 'error' in json)) return false;
  return !('method' in json && typeof json.method === 'string');
}
