/**
 * What a runtime takes that has nothing to do: a window is connected, its model has left and the engine process with it. CPU time comes from
 * the system's books, so a busy machine blurs it little.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { isProcess } from '../../client/connect.ts';
import { statusMethod, statusSchema } from '../../protocol.ts';
import type { Bench } from '../bench.ts';
import { BenchError } from '../bench.ts';
import type { Target } from '../report/report.ts';
import { tidyOnSignals } from '../signals.ts';
import { Place } from '../windows/place.ts';

export const aims: Readonly<Record<string, Target>> = {
  'idle.cpu_share': { atMost: 0.01 },
  'idle.rss_mb': { atMost: 150 },
};

const watchedMs = 60_000;
const watchedMsQuick = 15_000;
/** The shortest time after which a model leaves is half a minute, the engine process stays as long again, and both are looked at now and then. */
const emptyMsMax = 180_000;
/** The completion model, which has twice the others' time, leaves after a minute. */
const unloadAfterMinutes = 0.5;
const lookEveryMs = 500;
const uri = 'file:///bench/idle.js';

export const idleBench: Bench = {
  name: 'idle',
  summary: 'a runtime with a window and without a model: share of a CPU and resident memory',
  takes: { full: '3 minutes', quick: '2 minutes' },

  async run({ quick, log }) {
    const place = new Place();
    const isOver = tidyOnSignals(() => place.end().then(() => place.remove()));
    try {
      await emptied(place, log);
      const lengthMs = quick ? watchedMsQuick : watchedMs;
      log(`the engine has ended; ${lengthMs / 1_000} s of idleness`);
      const [startMs, before] = [performance.now(), place.cpuMs.runtime];
      await sleep(lengthMs);
      const cpuShare = (place.cpuMs.runtime - before) / (performance.now() - startMs);
      if (place.enginePid !== undefined && isProcess(place.enginePid))
        throw new BenchError('An engine process was started while nothing was asked.');
      const rssMB = (place.residents.runtimeBytes ?? Number.NaN) / 1e6;
      const leftovers = await place.end();
      return {
        figures: { 'idle.cpu_share': cpuShare, 'idle.rss_mb': rssMB },
        details: { watchedMs: lengthMs, node: process.version, leftovers },
      };
    } finally {
      isOver();
      place.remove();
    }
  },
};

/** A completion was asked for, and then nothing, until the model and the engine process have left. @throws BenchError when they stay. */
async function emptied(place: Place, log: (line: string) => void): Promise<void> {
  const { reader, writer, runtime } = await place.connect();
  const rpc = createMessageConnection(reader, writer);
  rpc.onNotification(statusMethod, (params: unknown) => place.heard(statusSchema.parse(params)));
  rpc.listen();
  const settings = { model: 'embedded', threads: 1, residency: { unloadAfterMinutes } };
  await rpc.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {},
    initializationOptions: { client: 'bench', version: runtime.version, settings },
  });
  await rpc.sendNotification('initialized', {});
  const text = 'function add(a, b) {\n  return ';
  await rpc.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'javascript', version: 1, text },
  });
  await rpc.sendRequest('textDocument/inlineCompletion', {
    textDocument: { uri },
    position: { line: 1, character: 9 },
    context: { triggerKind: 1 },
  });
  log('one completion was asked for; the model leaves when nobody has asked for a minute');
  const untilMs = performance.now() + emptyMsMax;
  // A status is pushed when a model comes or goes; that the process has ended is nobody's news.
  while (place.enginePid === undefined || isProcess(place.enginePid)) {
    if (performance.now() > untilMs) throw new BenchError('The model or its engine process did not leave.');
    await sleep(lookEveryMs);
  }
}
