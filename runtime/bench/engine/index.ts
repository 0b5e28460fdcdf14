/**
 * The bench of the real engine, one part at a time:
 * `bench engine --part throughput|batch|cancel|replay|estimate [--policy NAME] [--model FILE]`.
 *
 * Further options: `--baseline NAME` (batch: the policy that decodes all streams together); `--load SESSIONS --seconds S --stretch X`
 * (replay, estimate); `--static 4,8 --against URL` (replay). What they mean stands at the parts.
 */
import { policyNames } from '../../core/policies/index.ts';
import { reasonOf } from '../../disk/reason.ts';
import { BadUsage, type Bench, type BenchResult, type BenchValues } from '../bench.ts';
import { checkModel } from '../files.ts';
import { positive } from '../options.ts';
import { batch } from './batch.ts';
import { cancel } from './cancel.ts';
import { estimate } from './estimate/index.ts';
import { replayPart } from './live/replay.ts';
import { checkedUrl, probeServer, serverExamples } from './live/server-probe.ts';
import { checkedPolicy } from './live/targets.ts';
import type { PartOptions } from './model.ts';
import { throughput } from './throughput.ts';

/** What a user of a local server may choose; more than eight is beyond the sequences that our policy has. */
const sequencesDefault = [4, 8];
const policyDefault = 'punctual';

/** Everything that may be chosen on the command line, checked; undefined leaves the choice to the part. */
export interface EngineOptions extends PartOptions {
  readonly policy: string;
  readonly baseline: string;
  readonly sequences: readonly number[];
  readonly against: string | undefined;
  readonly load: number | undefined;
  readonly seconds: number | undefined;
  readonly stretch: number | undefined;
}

const parts: Readonly<Record<string, (options: EngineOptions) => Promise<BenchResult>>> = {
  throughput,
  batch,
  cancel,
  replay: replayPart,
  estimate,
};

const partNames = Object.keys(parts);

export const engineBench: Bench = {
  name: 'engine',
  summary: 'the real engine, one part at a time: throughput, batch choice, cancellation, a replayed load, prediction',
  takes: { full: '5 minutes (replay, estimate: 30)', quick: '2 minutes (replay, estimate: 10)' },
  options: [
    { name: 'part', value: 'NAME', help: `which part, one of ${partNames.join(', ')}` },
    {
      name: 'model',
      value: 'FILE',
      help: `a GGUF file of yours; without it one of 426 MB is written once to bench-models/ of the project`,
    },
    {
      name: 'policy',
      value: 'NAME',
      help: `who schedules (default: ${policyDefault}), one of ${policyNames.join(', ')}`,
    },
    { name: 'baseline', value: 'NAME', help: 'batch: the policy that decodes all streams together (default: fcfs)' },
    { name: 'static', value: '4,8', help: 'replay: fixed numbers of sequences that the comparators try' },
    { name: 'against', value: 'URL', help: `replay: a server of yours that plays the same load (${serverExamples})` },
    {
      name: 'load',
      value: 'X',
      help: 'replay, estimate: so many editing sessions at a time (replay searches, estimate: 1)',
    },
    { name: 'seconds', value: 'S', help: 'replay, estimate: length of the load' },
    { name: 'stretch', value: 'X', help: 'replay, estimate: real time for one unit of the load (default: measured)' },
  ],

  async run({ quick, log, values = {} }) {
    const options = engineOptions(values);
    const part = partOf(values['part']);
    if (options.model !== undefined) checkModel('model', options.model);
    if (options.against !== undefined) {
      if (part !== replayPart) throw new BadUsage('--against is for --part replay.');
      await probeServer(options.against);
    }
    return await part({ quick, log, ...options });
  },
};

function partOf(name: string | undefined) {
  const part = name !== undefined && Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (part !== undefined) return part;
  throw new BadUsage(`say which --part: ${partNames.join(', ')}${name === undefined ? '' : `, not '${name}'`}.`);
}

/** @throws BadUsage for a value that cannot be meant. */
export function engineOptions(values: BenchValues): Omit<EngineOptions, 'quick' | 'log'> {
  const { model, against } = values;
  return {
    policy: policyOf(values['policy'] ?? policyDefault),
    baseline: policyOf(values['baseline'] ?? 'fcfs'),
    sequences: values['static'] === undefined ? sequencesDefault : values['static'].split(',').map(sequencesOf),
    against: against === undefined ? undefined : checkedUrl(against),
    load: positive('load', values['load']),
    seconds: positive('seconds', values['seconds']),
    stretch: positive('stretch', values['stretch']),
    ...(model !== undefined && { model }),
  };
}

function policyOf(name: string): string {
  try {
    return checkedPolicy(name).name;
  } catch (error) {
    throw new BadUsage(reasonOf(error));
  }
}

function sequencesOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 16) return count;
  throw new BadUsage(`--static takes numbers of sequences from 1 to 16, as in 4,8: "${text}" is none.`);
}
