/** Messages of a client: right by the grammar and in a nasty order, some of them spoiled. */
import { integer, pick, type Random } from '../bench/random.ts';
import {
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
import { chance, type Json, nastyTexts, nastyValue, spoiled, spoiledBytes } from './mutate.ts';

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
const id = (random: Random): Json =>
  chance(random, 0.8) ? integer(random, 0, 1_000) : pick(random, ['x', '', '__proto__', -1, 1.5]);

const settings = (random: Random): Json => ({
  model: pick(random, ['auto', 'embedded', 'none', '/x.gguf']),
  summarize: { targetMs: pick(random, [1, 1_000, 3_600_000]), maxTokens: integer(random, 1, 12) },
  translate: { targetMs: 1_000, maxTokens: integer(random, 1, 12) },
  generate: { maxTokens: integer(random, 1, 12) },
  completion: { targetMs: pick(random, [1, 500]), maxTokens: integer(random, 1, 12) },
});

type Make = (random: Random) => Json;

const asked: Readonly<Record<string, Make>> = {
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
  [logMethod]: () => ({}),
  [stopMethod]: () => ({ reason: 'fuzz' }),
  'punctual/unknown': (random) => nastyValue(random),
  'textDocument/hover': (random) => ({ textDocument: document(random), position: position(random) }),
};

const told: Readonly<Record<string, Make>> = {
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
  'textDocument/didSave': (random) => ({ textDocument: document(random) }),
  '$/cancelRequest': (random) => ({ id: id(random) }),
  '$/setTrace': (random) => ({ value: pick(random, ['off', 'verbose', 7]) }),
  '$/progress': (random) => ({ token: id(random), value: {} }),
  'workspace/didChangeConfiguration': (random) => ({ settings: { punctual: settings(random) } }),
  'workspace/didChangeWorkspaceFolders': () => ({ event: { added: [], removed: [] } }),
  [workspaceMethod]: (random) => ({
    folders: [{ uri: pick(random, uris), name: 'w', ignore: pick(random, nastyTexts) }],
  }),
  [feedbackMethod]: (random) => ({ textDocument: document(random), kind: 'accepted' }),
  [signalMethod]: (random) => ({
    kind: pick(random, ['languageOpened', 'selectionMade', 'paletteOpened']),
    language: pick(random, languages),
  }),
};

const askedNames = Object.keys(asked);
const toldNames = Object.keys(told);

/** One message by the grammar. Ids count up, so that what is answered twice shows; some are used again on purpose. */
function message(random: Random, index: number): { [key: string]: Json } {
  const kind = random();
  if (kind < 0.45) {
    const method = pick(random, askedNames);
    return {
      jsonrpc: '2.0',
      id: chance(random, 0.9) ? index : id(random),
      method,
      params: asked[method]?.(random) ?? null,
    };
  }
  if (kind < 0.95) {
    const method = chance(random, 0.3) ? 'textDocument/didOpen' : pick(random, toldNames);
    return { jsonrpc: '2.0', method, params: told[method]?.(random) ?? null };
  }
  // Answers to what nobody asked, and to what the runtime asks.
  const answer = chance(random, 0.5) ? { result: nastyValue(random) } : { error: { code: -1, message: 'no' } };
  return { jsonrpc: '2.0', id: id(random), ...answer };
}

function frameOf(random: Random, index: number, spoiling: number): Buffer {
  const right = message(random, index);
  if (!chance(random, spoiling)) return Buffer.from(JSON.stringify(right));
  const text = Buffer.from(JSON.stringify(chance(random, 0.8) ? spoiled(random, right) : right));
  return chance(random, 0.25) ? spoiledBytes(random, text) : text;
}

const introduction = (random: Random): Buffer[] => [
  Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 'hello', method: 'initialize', params: asked['initialize']?.(random) }),
  ),
  Buffer.from('{"jsonrpc":"2.0","method":"initialized","params":{}}'),
];

const frame = (method: string, params: Json | undefined): Buffer =>
  Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params }));

/** Lasts until it is taken back, so that is sure to come. */
function watch(random: Random, frames: Buffer[]): void {
  const params = { partialResultToken: pick(random, [0, 'w', '']) };
  const asking = { jsonrpc: '2.0', id: 'watch', method: watchMethod, params };
  frames.splice(integer(random, 0, frames.length + 1), 0, Buffer.from(JSON.stringify(asking)));
  frames.push(frame('$/cancelRequest', { id: 'watch' }));
}

/** Some frames of one client. @param spoiling how many of them are spoiled, 0 to 1. */
export function conversation(random: Random, spoiling: number, lengthMax: number): readonly Buffer[] {
  const length = integer(random, 1, lengthMax + 1);
  const frames = Array.from({ length }, (_, index) => frameOf(random, index, spoiling));
  if (chance(random, 0.6)) frames.unshift(frame('textDocument/didOpen', told['textDocument/didOpen']?.(random)));
  if (chance(random, 0.9)) frames.unshift(...introduction(random));
  if (chance(random, 0.05)) watch(random, frames);
  if (chance(random, 0.02)) frames.push(Buffer.from('{"jsonrpc":"2.0","method":"exit"}'));
  return frames;
}
