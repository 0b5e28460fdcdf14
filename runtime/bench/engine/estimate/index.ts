/**
 * Part `estimate`: how far predicted times are off on the real engine. A replayed load goes straight to the engine in real time; then,
 * for each request, the state at its arrival is rolled forward on what the cost model had learned until then, with the arrivals, stops
 * and lengths that really came. Lengths have an error of their own, from the length model alone.
 */
import { costsOf, learn, newCostModel } from '../../../core/estimate.ts';
import { passShareMax } from '../../../core/step.ts';
import type { BenchResult } from '../../bench.ts';
import type { Arrival } from '../../replay/arrivals.ts';
import { readTraces } from '../../replay/traces.ts';
import { machines, replay as workload } from '../../workloads.ts';
import { realClock } from '../live/play.ts';
import { measuredStretch } from '../live/stretch.ts';
import { checkedPolicy } from '../live/targets.ts';
import { settledLoad } from '../live/window.ts';
import { promptOf, wordsOf } from '../live/words.ts';
import { modelFile, type PartOptions } from '../model.ts';
import { OurEngine } from '../our-engine.ts';
import { drive } from './drive.ts';
import { lengthErrors, summarizeErrors, timeErrors } from './errors.ts';
import { judge } from './predict.ts';
import { livesOf, type Recording } from './recording.ts';

export interface EstimateOptions extends PartOptions {
  readonly policy: string;
  /** As with the replay: editing sessions at a time, length in s of the load, real ms for one ms of it. */
  readonly load?: number | undefined;
  readonly seconds?: number | undefined;
  readonly stretch?: number | undefined;
}

const sequences = 8;
const contextTokens = 3_072;
/** Below saturation: in overload, times depend on the order of what is hopeless anyway. */
const sessionsDefault = 1;
const secondsFull = 120;
const secondsQuick = 60;
const seedsFull = 2;

export async function estimate(options: EstimateOptions): Promise<BenchResult> {
  const { quick, log, policy } = options;
  const file = await modelFile(options);
  const stretch = options.stretch ?? (await measuredStretch(file));
  const words = await wordsOf(file);
  const traces = readTraces();
  const planStep = checkedPolicy(policy).planStep;
  const passMsMax = passShareMax * machines.cpu.completionTargetMs * stretch;
  const times = [];
  const sessions = options.load ?? sessionsDefault;
  const durationMs = 1_000 * (options.seconds ?? (quick ? secondsQuick : secondsFull));
  const arrivals: Arrival[] = [];
  for (const seed of workload.seeds.reporting.slice(0, quick ? 1 : seedsFull)) {
    const load = settledLoad(traces, { seed, load: sessions, durationMs });
    arrivals.push(...load.arrivals);
    log(`seed ${seed}: ${load.arrivals.length} requests in ${((load.durationMs * stretch) / 1_000).toFixed(0)} s`);
    const engine = await OurEngine.load({ file, sequences, contextTokens, threads: 1, policy });
    const drivers = {
      clock: realClock,
      model: engine.model,
      stretch,
      promptOf: (arrival: Arrival) => promptOf(arrival, words),
    };
    const recording = await drive(load, engine.port, drivers).finally(() => engine.close());
    const roll = { planStep, sequences, chunkTokens: engine.info.chunkTokens, passMsMax };
    times.push(timeErrors(judge(recording, livesOf(recording), learning(), roll)));
  }
  return summarizeErrors(times, lengthErrors(arrivals), { policy, stretch, sessions });
}

/** The cost model as the runtime has it: taught by every pass that was reported. */
export function learning(): Parameters<typeof judge>[2] {
  let model = newCostModel();
  return {
    learn: (happening: Recording[number]) => {
      if (happening.kind === 'event' && happening.event.kind === 'pass') model = learn(model, happening.event.pass);
    },
    now: () => costsOf(model),
  };
}
