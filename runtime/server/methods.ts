/** The methods of the wire: everything that a client may send, each with the shape of its parameters. */
import { z } from 'zod';
import type { ZodMiniType } from 'zod/mini';
import {
  calibrateMethod,
  calibrateParamsSchema,
  diagnoseMethod,
  diagnoseParamsSchema,
  didChangeConfigurationSchema,
  eligibilityMethod,
  eligibilityParamsSchema,
  feedbackMethod,
  feedbackParamsSchema,
  generateMethod,
  generateParamsSchema,
  initializationOptionsSchema,
  inlineCompletionParamsSchema,
  logMethod,
  logParamsSchema,
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
  statisticsClearMethod,
  statisticsMethod,
  stopMethod,
  stopParamsSchema,
  summarizeMethod,
  summarizeParamsSchema,
  translateMethod,
  translateParamsSchema,
  watchMethod,
  watchParamsSchema,
  workspaceMethod,
  workspaceParamsSchema,
} from '../protocol.ts';

/** Of the wire, or of what LSP says of its own. */
type Schema = z.ZodType | ZodMiniType;

export const requestIdSchema = z.union([z.string().max(256), z.number()]);
export const cancelMethod = '$/cancelRequest';
export const cancelParamsSchema = z.looseObject({ id: requestIdSchema });

const version = z.number().int();
const uri = z.string().max(8192);
/** Of one notification: replacing everywhere in a file of the largest size that is completed stays far below. */
const changesMax = 100_000;

const nothing = z.unknown();

/** Every method that gets past. A request for another one is answered so, and another notification is dropped. */
const paramsByMethod = {
  initialize: z.looseObject({
    capabilities: z.looseObject({}).optional(),
    initializationOptions: z.nullish(initializationOptionsSchema),
  }),
  initialized: nothing,
  shutdown: nothing,
  exit: nothing,
  'textDocument/didOpen': z.looseObject({
    textDocument: z.object({ uri, languageId: z.string().max(256), version, text: z.string() }),
  }),
  'textDocument/didChange': z.looseObject({
    textDocument: z.looseObject({ uri, version }),
    contentChanges: z.array(z.looseObject({ range: z.optional(rangeSchema), text: z.string() })).max(changesMax),
  }),
  'textDocument/didClose': z.looseObject({ textDocument: z.looseObject({ uri }) }),
  'textDocument/inlineCompletion': inlineCompletionParamsSchema,
  'workspace/didChangeConfiguration': didChangeConfigurationSchema,
  [cancelMethod]: cancelParamsSchema,
  '$/setTrace': z.looseObject({ value: z.enum(['off', 'messages', 'compact', 'verbose']) }),
  [calibrateMethod]: calibrateParamsSchema,
  [diagnoseMethod]: diagnoseParamsSchema,
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
  [watchMethod]: watchParamsSchema,
  [workspaceMethod]: workspaceParamsSchema,
  [statisticsMethod]: nothing,
  [statisticsClearMethod]: nothing,
  [logMethod]: logParamsSchema,
} as const satisfies Readonly<Record<string, Schema>>;

export type Method = keyof typeof paramsByMethod;

export const methods: readonly Method[] = Object.keys(paramsByMethod) as Method[];

const known: ReadonlyMap<string, Schema> = new Map(Object.entries(paramsByMethod));

/** The shape of a method's parameters; undefined for what is none. */
export function paramsOf(method: string): Schema | undefined {
  return known.get(method);
}
