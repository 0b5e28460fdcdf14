/**
 * What the runtime adds to the time to the first token: the same prompt through client, WebSocket, scheduler and engine process, and
 * given to node-llama-cpp directly in this process, in alternating pairs.
 *
 * Both sides use one thread, flash attention off, and a prompt of 512 tokens whose first 496 are in the KV. The direct side gets its
 * tokens ready-made; it evaluates the 16 new ones in one call (fewer than a chunk) and samples one token. The runtime's side is timed
 * from the edit notification to the answer of a completion limited to one token, so tokenizing, IPC and both processes' event loops
 * are in it. Idle, the side whose turn it is not takes no CPU.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getLlama, type LlamaContextSequence, type Token } from 'node-llama-cpp';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { connectRuntime, stopRuntime } from '../client/connect.ts';
import { type CompletionTrace, inlineCompletionResultSchema } from '../protocol.ts';
import { type Bench, median, quantile } from './bench.ts';
import { benchModel, modelFile, programs } from './engine/model.ts';
import { tidyOnSignals } from './signals.ts';

declare const PUNCTUAL_VERSION: string;

const promptTokens = 512;
const reusedTokens = 496;
const pairsFull = 60;
const pairsQuick = 24;
/** The first pairs warm both sides up: page cache, code paths, CPU frequency. */
const pairsWarm = 4;

export const overhead: Bench = {
  name: 'overhead',
  summary: 'time to the first token through the runtime against node-llama-cpp directly',
  takes: { full: '1 minute', quick: '30 seconds' },
  note: benchModel.note,

  async run({ quick, log }) {
    const file = await modelFile({ log });
    log('loading it twice: in this process, and in the runtime');
    const direct = await Direct.load(file);
    const runtime = await Runtime.start(file);
    // Nobody else would end it, or remove its home.
    const isOver = tidyOnSignals(() => runtime.stop());
    try {
      return summarize(await alternate(direct, runtime, quick ? pairsQuick : pairsFull, log));
    } finally {
      isOver();
      await runtime.stop();
    }
  },
};

interface Pair {
  readonly directMs: number;
  readonly runtimeMs: number;
  readonly trace: CompletionTrace;
}

async function alternate(
  direct: Direct,
  runtime: Runtime,
  pairs: number,
  log: (line: string) => void,
): Promise<Pair[]> {
  const measured: Pair[] = [];
  for (let index = 0; index < pairs + pairsWarm; index++) {
    const text = direct.documentOf(index);
    // Who goes first changes, so that neither side profits from the other's warm caches.
    const directFirst = index % 2 === 0;
    let directMs = directFirst ? await direct.firstToken(text) : 0;
    const { ms: runtimeMs, trace } = await runtime.firstToken(text);
    if (!directFirst) directMs = await direct.firstToken(text);
    if (index >= pairsWarm) measured.push({ directMs, runtimeMs, trace });
    if (index === pairsWarm)
      log(`first pair: ${directMs.toFixed(1)} ms directly, ${runtimeMs.toFixed(1)} ms through the runtime`);
  }
  return measured;
}

function summarize(pairs: readonly Pair[]) {
  const ratios = pairs.map(({ directMs, runtimeMs }) => runtimeMs / directMs);
  const extra = pairs.map(({ directMs, runtimeMs }) => runtimeMs - directMs);
  const off = pairs.filter(({ trace }) => trace.promptTokens !== promptTokens || trace.reusedTokens !== reusedTokens);
  if (off.length > 0)
    throw new Error(
      `${off.length} of ${pairs.length} requests had another prompt or another prefix in the KV than meant: ${JSON.stringify(off[0]?.trace)}`,
    );
  return {
    figures: { 'overhead.ttft_ratio': median(ratios), 'overhead.extra_ms': median(extra) },
    details: {
      pairs: pairs.length,
      directMs: median(pairs.map(({ directMs }) => directMs)),
      runtimeMs: median(pairs.map(({ runtimeMs }) => runtimeMs)),
      ratioQuartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
      extraQuartilesMs: [quantile(extra, 0.25), quantile(extra, 0.75)],
      promptTokens,
      reusedTokens,
    },
  };
}

/** node-llama-cpp in this process, as a program without a runtime would use it. */
class Direct {
  readonly #sequence: LlamaContextSequence;
  readonly #words: readonly string[];

  private constructor(sequence: LlamaContextSequence) {
    this.#sequence = sequence;
    const { model } = sequence.context;
    // Words that are one token each with their leading space, and short: the whole document must fit into the completion's window.
    const candidates = 'map sum def go item list case name'.split(' ');
    this.#words = candidates.map((word) => ` ${word}`).filter((word) => model.tokenize(word).length === 1);
  }

  static async load(file: string): Promise<Direct> {
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
    const model = await llama.loadModel({ modelPath: file });
    const context = await model.createContext({
      contextSize: 1_024,
      sequences: 1,
      threads: 1,
      batchSize: 256,
      flashAttention: false,
    });
    return new Direct(context.getSequence());
  }

  /** A document whose prompt has 512 tokens with its three markers; of two documents the first 495 words are the same. */
  documentOf(index: number): string {
    const count = promptTokens - 3;
    const stable = reusedTokens - 1;
    const word = (place: number): string => this.#words[place % this.#words.length] ?? '';
    return Array.from({ length: count }, (_, place) => word(place < stable ? place : place + index + 1)).join('');
  }

  async firstToken(text: string): Promise<number> {
    const sequence = this.#sequence;
    const { model } = sequence.context;
    const { prefix, suffix, middle } = model.tokens.infill;
    if (prefix === null || suffix === null || middle === null) throw new Error('the model has no infill tokens');
    const tokens: Token[] = [prefix, ...model.tokenize(text), suffix, middle];
    const startedMs = performance.now();
    await sequence.adaptStateToTokens(tokens.slice(0, reusedTokens), false);
    const generator = sequence.evaluate(tokens.slice(sequence.nextTokenIndex), { temperature: 0 });
    await generator.next();
    const ms = performance.now() - startedMs;
    await generator.return();
    return ms;
  }
}

/** A client of a runtime of its own, in a home of its own. */
class Runtime {
  readonly #connection: MessageConnection;
  readonly #home: string;
  readonly #stop: () => Promise<void>;
  #version = 1;

  private constructor(connection: MessageConnection, home: string, stop: () => Promise<void>) {
    this.#connection = connection;
    this.#home = home;
    this.#stop = stop;
  }

  static async start(file: string): Promise<Runtime> {
    const home = await mkdtemp(path.join(tmpdir(), 'punctual-bench-'));
    const options = {
      homeFolder: home,
      runtimeFile: path.join(programs, 'runtime.mjs'),
      version: PUNCTUAL_VERSION,
      execPath: process.execPath,
      env: process.env,
    };
    const { reader, writer, runtime } = await connectRuntime(options).catch(async (error: unknown) => {
      await rm(home, { recursive: true, force: true });
      throw error;
    });
    const connection = createMessageConnection(reader, writer);
    connection.listen();
    const settings = { model: file, threads: 1, completion: { targetMs: 60_000, maxTokens: 1 } };
    await connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions: { client: 'bench', version: PUNCTUAL_VERSION, settings },
    });
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: documentUri, languageId: 'plaintext', version: 1, text: '' },
    });
    return new Runtime(connection, home, () => stopRuntime(runtime, 'the bench is over'));
  }

  async firstToken(text: string): Promise<{ ms: number; trace: CompletionTrace }> {
    const startedMs = performance.now();
    void this.#connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: documentUri, version: ++this.#version },
      contentChanges: [{ text }],
    });
    const answer = await this.#connection.sendRequest('textDocument/inlineCompletion', {
      textDocument: { uri: documentUri },
      position: { line: 0, character: text.length },
      context: { triggerKind: 1 },
    });
    const ms = performance.now() - startedMs;
    return { ms, trace: inlineCompletionResultSchema.parse(answer).punctual };
  }

  async stop(): Promise<void> {
    await this.#stop();
    this.#connection.dispose();
    await rm(this.#home, { recursive: true, force: true });
  }
}

const documentUri = 'untitled:overhead';
