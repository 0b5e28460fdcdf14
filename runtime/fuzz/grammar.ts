/**
 * What a client may say, by method: every method of the wire, as `server/methods.ts` has them, and some that nobody knows. A method that
 * is new there does not compile here before it has its words.
 */
import { integer, pick, type Random } from '../bench/random.ts';
import {
  calibrateMethod,
  diagnoseMethod,
  eligibilityMethod,
  feedbackMethod,
  generateMethod,
  logMethod,
  modelsFitMethod,
  modelsImportMethod,
  modelsListMethod,
  modelsPullMethod,
  modelsRemoveMethod,
  signalMethod,
  statisticsClearMethod,
  statisticsMethod,
  stopMethod,
  summarizeMethod,
  translateMethod,
  watchMethod,
  workspaceMethod,
} from '../protocol.ts';
import type { Method } from '../server/methods.ts';
import { chance, type Json, nastyTexts, nastyValue } from './mutate.ts';

const uris = ['file:///a.ts', 'file:///b.py', 'untitled:c', 'file:///%F0%9F%98%80.md', 'file:///folder/d.rs', ''];
const languages = ['typescript', 'python', 'markdown', 'rust', 'plaintext', ''];

const texts: readonly string[] = [
  'export function sum(a: number, b: number): number {\n  return a + b;\n}\n',
  'def f(x):\n    """Doc."""\n    return x\n\nclass A:\n    pass\n',
  '',
  '\r\r\n\n\r',
  '😀\ud83d\nx\udc00\n',
  '{'.repeat(200),
  '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n',
  'a\0b\n',
  'let x = "\\\n'.repeat(20),
];

const coordinates = [0, 1, 2, 3, 7, 80, 1_000, 65_535, 2 ** 31 - 1, -1, 0.5];
const coordinate = (random: Random): number =>
  chance(random, 0.85) ? integer(random, 0, 4) : pick(random, coordinates);
const position = (random: Random): Json => ({ line: coordinate(random), character: coordinate(random) });
const range = (random: Random): Json => ({ start: position(random), end: position(random) });
const textOf = (random: Random): string => (chance(random, 0.7) ? pick(random, texts) : pick(random, nastyTexts));
const document = (random: Random): { [key: string]: Json } => ({
  uri: chance(random, 0.6) ? 'file:///a.ts' : pick(random, uris),
});
export const id = (random: Random): Json =>
  chance(random, 0.8) ? integer(random, 0, 1_000) : pick(random, ['x', '', '__proto__', -1, 1.5]);

const settings = (random: Random): Json => ({
  model: pick(random, ['auto', 'embedded', 'none', '/x.gguf']),
  summarize: { targetMs: pick(random, [1, 1_000, 3_600_000]), maxTokens: integer(random, 1, 12) },
  translate: { targetMs: 1_000, maxTokens: integer(random, 1, 12) },
  generate: { maxTokens: integer(random, 1, 12) },
  completion: { targetMs: pick(random, [1, 500]), maxTokens: integer(random, 1, 12) },
});

const editor = (random: Random): Json => ({
  ...{ name: 'code', version: '1', inlineSuggest: true, enabled: true, paused: false, trusted: chance(random, 0.5) },
  others: chance(random, 0.5) ? [] : ['x.y', pick(random, nastyTexts).slice(0, 128)],
});

type Make = (random: Random) => Json;

/** Asked for, and answered soon. */
const asked = {
  initialize: (random) => ({
    ...{ processId: null, rootUri: null, capabilities: {} },
    initializationOptions: { client: 'fuzz', version: '0', settings: settings(random) },
  }),
  shutdown: () => null,
  'textDocument/inlineCompletion': (random) => ({
    textDocument: document(random),
    position: position(random),
    context: { triggerKind: pick(random, [1, 2]) },
  }),
  [eligibilityMethod]: (random) => ({ textDocument: document(random), position: position(random) }),
  [summarizeMethod]: (random) => ({
    textDocument: document(random),
    ...(chance(random, 0.5) && { range: range(random) }),
    ...(chance(random, 0.5) && { partialResultToken: pick(random, [0, 'p']) }),
    ...(chance(random, 0.3) && { purpose: pick(random, ['explanation', 'docComment', 'commitMessage', 'hover']) }),
    ...(chance(random, 0.1) && { more: [document(random), document(random)] }),
    ...(chance(random, 0.1) && { workspace: pick(random, ['/', '/tmp', 'relative', '\0']) }),
  }),
  [translateMethod]: (random) => ({
    textDocument: document(random),
    to: pick(random, ['python', 'go', 'rust', 'typescript']),
    ...(chance(random, 0.5) && { range: range(random) }),
    mayRestart: true,
  }),
  [generateMethod]: (random) => ({ textDocument: document(random), range: range(random), instruction: 'add a test' }),
  [modelsListMethod]: (random) => ({
    ...(chance(random, 0.5) && { memory: pick(random, ['auto', '6 GB', '50 %', '-1']) }),
  }),
  [modelsFitMethod]: (random) => ({ model: pick(random, ['auto', '/nothing.gguf', ...nastyTexts]) }),
  [modelsImportMethod]: (random) => ({ file: pick(random, ['/dev/null', '/', 'x.gguf', ...nastyTexts]) }),
  [modelsRemoveMethod]: (random) => ({ name: pick(random, ['..', '/', 'x', ...nastyTexts]) }),
  [modelsPullMethod]: (random) => ({
    model: pick(random, ['http://127.0.0.1:1/x.gguf', 'file:///x', 'no such model']),
    workDoneToken: 1,
  }),
  [statisticsMethod]: () => ({}),
  [statisticsClearMethod]: () => ({}),
  [logMethod]: (random) => ({ ...(chance(random, 0.4) && { text: chance(random, 0.8) }) }),
  [stopMethod]: () => ({ reason: 'fuzz' }),
} as const satisfies Partial<Record<Method, Make>>;

/** Asked for, and answered when it is over or taken back. */
const lasting = {
  [calibrateMethod]: (random) => ({
    count: pick(random, [5, 6]),
    ...(chance(random, 0.5) && { workDoneToken: pick(random, [0, 'c']) }),
  }),
  [diagnoseMethod]: (random) => ({
    client: {
      ...{ client: 'fuzz', version: pick(random, ['0', ...nastyTexts]).slice(0, 64), protocol: 1 },
      ...(chance(random, 0.5) && { editor: editor(random) }),
    },
    ...(chance(random, 0.5) && { workDoneToken: pick(random, [0, 'd']) }),
  }),
  [watchMethod]: (random) => ({ partialResultToken: pick(random, [0, 'w', '']) }),
} as const satisfies Partial<Record<Method, Make>>;

/** Said, and answered by nobody. */
const told = {
  initialized: () => ({}),
  'textDocument/didOpen': (random) => ({
    textDocument: {
      ...document(random),
      languageId: pick(random, languages),
      version: integer(random, -1, 4),
      text: textOf(random),
    },
  }),
  'textDocument/didChange': (random) => ({
    textDocument: { ...document(random), version: integer(random, -1, 9) },
    contentChanges: Array.from({ length: integer(random, 0, 4) }, () => ({
      text: textOf(random),
      ...(chance(random, 0.7) && { range: range(random) }),
    })),
  }),
  'textDocument/didClose': (random) => ({ textDocument: document(random) }),
  '$/cancelRequest': (random) => ({ id: id(random) }),
  '$/setTrace': (random) => ({ value: pick(random, ['off', 'verbose', 7]) }),
  'workspace/didChangeConfiguration': (random) => ({ settings: { punctual: settings(random) } }),
  [workspaceMethod]: (random) => ({
    folders: [{ uri: pick(random, uris), name: 'w', ignore: pick(random, nastyTexts) }],
  }),
  [feedbackMethod]: (random) => ({ textDocument: document(random), kind: 'accepted' }),
  [signalMethod]: (random) => ({
    kind: pick(random, ['languageOpened', 'selectionMade', 'paletteOpened']),
    language: pick(random, languages),
  }),
} as const satisfies Partial<Record<Method, Make>>;

/** What only the last word is. */
const leaving = { exit: () => null } as const satisfies Partial<Record<Method, Make>>;

/** Of other servers, or of nobody. */
const strangers = {
  request: {
    'punctual/unknown': (random) => nastyValue(random),
    'textDocument/hover': (random) => ({ textDocument: document(random), position: position(random) }),
  },
  notification: {
    'textDocument/didSave': (random) => ({ textDocument: document(random) }),
    '$/progress': (random) => ({ token: id(random), value: {} }),
    'workspace/didChangeWorkspaceFolders': () => ({ event: { added: [], removed: [] } }),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Make>>>>;

/** `lasting`: a request that may go on for ever. */
export type Role = 'request' | 'lasting' | 'notification' | 'leaving';

const everything = {
  ...asked,
  ...lasting,
  ...told,
  ...leaving,
} satisfies Readonly<Record<Method, Make>>;

const known: ReadonlyMap<string, Make> = new Map<string, Make>(
  Object.entries({ ...strangers.request, ...strangers.notification, ...everything }),
);

/** Methods by how they are used, with those that nobody knows. */
export const methodsOf: Readonly<Record<Role, readonly string[]>> = {
  request: [...Object.keys(asked), ...Object.keys(strangers.request)],
  lasting: Object.keys(lasting),
  notification: [...Object.keys(told), ...Object.keys(strangers.notification)],
  leaving: Object.keys(leaving),
};

/** Parameters as they should be, mostly. */
export function paramsFor(method: string, random: Random): Json {
  return known.get(method)?.(random) ?? null;
}
