/**
 * Loads a model as the engine process does, but with the choice whether the file is mapped, and says what it took. A program of its
 * own, because what a process takes can only be seen from a fresh one.
 */
import { readFileSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const [file, mmap, contextSize, sequences] = process.argv.slice(2);

function resident() {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { anonymous: bytes('RssAnon'), file: bytes('RssFile') };
}

const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  progressLogs: false,
  logLevel: LlamaLogLevel.error,
  maxThreads: 1,
});
const before = resident();
const model = await llama.loadModel({ modelPath: file, useMmap: mmap === 'true' });
const context = await model.createContext({
  contextSize: Number(contextSize),
  sequences: Number(sequences),
  batchSize: 256,
  threads: 1,
  flashAttention: false,
  swaFullCache: true,
  failedCreationRemedy: false,
});
const sequence = context.getSequence();
await sequence.controlledEvaluate([[1, { generateNext: { token: true, options: { temperature: 0 } } }]]);
const after = resident();
process.stdout.write(JSON.stringify({ anonymous: after.anonymous - before.anonymous, file: after.file - before.file }));
// A dispose would only take time, and one that hangs would hang the test.
process.exit(0);
