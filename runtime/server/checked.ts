/**
 * The one place where messages of clients are checked: JSON, the JSON-RPC envelope, then the parameters by method. A bad request is
 * answered with the member that is wrong; a bad notification is logged and dropped. Nothing unchecked gets past.
 */
import { type DataCallback, ErrorCodes, type Message } from 'vscode-jsonrpc/node';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { SocketReader, type SocketWriter } from '../client/socket.ts';
import {
  didChangeConfigurationSchema,
  eligibilityMethod,
  eligibilityParamsSchema,
  feedbackMethod,
  feedbackParamsSchema,
  generateMethod,
  generateParamsSchema,
  initializationOptionsSchema,
  inlineCompletionParamsSchema,
  modelsFitMethod,
  modelsFitParamsSchema,
  modelsImportMethod,
  modelsImportParamsSchema,
  modelsListMethod,
  modelsListParamsSchema,
  modelsPullMethod,
  modelsPullParamsSchema,
  modelsRemoveMethod,
  modelsRemoveParamsSchema,
  rangeSchema,
  signalMethod,
  signalParamsSchema,
  stopMethod,
  stopParamsSchema,
  summarizeMethod,
  summarizeParamsSchema,
  translateMethod,
  translateParamsSchema,
  workspaceMethod,
  workspaceParamsSchema,
} from '../protocol.ts';

const id = z.union([z.string().max(256), z.number()]);
const params = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullish();

const envelope = z.union([
  z.looseObject({ jsonrpc: z.literal('2.0'), id: id.optional(), method: z.string().max(256), params }),
  z.looseObject({ jsonrpc: z.literal('2.0'), id: id.nullable(), result: z.unknown() }),
  z.looseObject({
    jsonrpc: z.literal('2.0'),
    id: id.nullable(),
    error: z.looseObject({ code: z.number(), message: z.string() }),
  }),
]);

const version = z.number().int();
const uri = z.string().max(8192);

/** Methods without an entry carry nothing that we read; unknown ones are answered by the LSP library. */
const paramsByMethod: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>(
  Object.entries({
    initialize: z.looseObject({ initializationOptions: initializationOptionsSchema.nullish() }),
    'textDocument/didOpen': z.looseObject({
      textDocument: z.object({ uri, languageId: z.string().max(256), version, text: z.string() }),
    }),
    'textDocument/didChange': z.looseObject({
      textDocument: z.looseObject({ uri, version }),
      contentChanges: z.array(z.looseObject({ range: rangeSchema.optional(), text: z.string() })),
    }),
    'textDocument/didClose': z.looseObject({ textDocument: z.looseObject({ uri }) }),
    'textDocument/inlineCompletion': inlineCompletionParamsSchema,
    'workspace/didChangeConfiguration': didChangeConfigurationSchema,
    '$/cancelRequest': z.looseObject({ id }),
    [eligibilityMethod]: eligibilityParamsSchema,
    [feedbackMethod]: feedbackParamsSchema,
    [summarizeMethod]: summarizeParamsSchema,
    [translateMethod]: translateParamsSchema,
    [generateMethod]: generateParamsSchema,
    [modelsFitMethod]: modelsFitParamsSchema,
    [modelsListMethod]: modelsListParamsSchema,
    [modelsImportMethod]: modelsImportParamsSchema,
    [modelsPullMethod]: modelsPullParamsSchema,
    [modelsRemoveMethod]: modelsRemoveParamsSchema,
    [signalMethod]: signalParamsSchema,
    [stopMethod]: stopParamsSchema,
    [workspaceMethod]: workspaceParamsSchema,
  }),
);

export class CheckedReader extends SocketReader {
  readonly #writer: SocketWriter;
  readonly #log: (line: string) => void;

  constructor(socket: WebSocket, writer: SocketWriter, log: (line: string) => void) {
    super(socket);
    this.#writer = writer;
    this.#log = log;
  }

  override listen(callback: DataCallback): ReturnType<SocketReader['listen']> {
    return super.listen((message) => {
      if (message !== dropped) callback(message);
    });
  }

  protected override decode(data: RawData): Message {
    let json: unknown;
    try {
      json = JSON.parse(String(data));
    } catch {
      return this.#refuse(null, ErrorCodes.ParseError, 'The message is not JSON.');
    }
    const message = envelope.safeParse(json);
    if (!message.success)
      return this.#refuse(
        idOf(json),
        ErrorCodes.InvalidRequest,
        'The message is not a JSON-RPC 2.0 request, notification or response.',
      );
    if (!('method' in message.data)) return json as Message;
    const { method, id: requestId } = message.data as { method: string; id?: string | number };
    const checked = paramsByMethod.get(method)?.safeParse(message.data['params'] ?? {});
    if (!checked || checked.success) return json as Message;
    const [issue] = checked.error.issues;
    const reason = `${method}: ${issue ? `${issue.path.join('.') || 'params'}: ${issue.message}` : 'the parameters are wrong'}`;
    return this.#refuse(requestId, ErrorCodes.InvalidParams, reason);
  }

  /** `undefined` for a notification, which nobody waits for. */
  #refuse(requestId: string | number | null | undefined, code: number, message: string): Message {
    this.#log(`a message was refused: ${message}`);
    const answer = { jsonrpc: '2.0', id: requestId, error: { code, message } };
    if (requestId !== undefined) void this.#writer.write(answer);
    return dropped;
  }
}

/** Stands for a message that has been dealt with. */
const dropped: Message = { jsonrpc: 'dropped' };

function idOf(json: unknown): string | number | null {
  const parsed = z.looseObject({ id }).safeParse(json);
  return parsed.success ? parsed.data.id : null;
}
