/**
 * The bench of the real engine, one part at a time:
 * `bench engine --part throughput|batch|cancel|replay|estimate [--policy NAME] [--model FILE]`.
 *
 * Further options: `--baseline NAME` (batch: the policy that decodes all streams together); `--load SESSIONS --seconds S --stretch X`
 * (replay, estimate); `--static 4,8 --against URL` (replay). What they mean stands at the parts.
 */
import { BadUsage, type Bench, type BenchResult, type BenchValues } from '../bench.ts';
import { batch } from './batch.ts';
import { cancel } from './cancel.ts';
import { estimate } from './estimate/index.ts';
import { replayPart } from './live/replay.ts';
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

export const engineBench: Bench = {
  name: 'engine',
  summary: 'the real engine: throughput, batch choice, cancellation, a replayed load, prediction errors',
  options: ['part', 'model', 'policy', 'baseline', 'static', 'against', 'load', 'seconds', 'stretch'],

  async run({ quick, log, values = {} }) {
    const part = Object.hasOwn(parts, values['part'] ?? '') ? parts[values['part'] ?? ''] : undefined;
    if (part === undefined) throw new BadUsage(`Say which --part: ${Object.keys(parts).join(', ')}.`);
    return await part({ quick, log, ...engineOptions(values) });
  },
};

/** @throws BadUsage for a value that cannot be meant. */
export function engineOptions(values: BenchValues): Omit<EngineOptions, 'quick' | 'log'> {
  const { model, against } = values;
  return {
    policy: policyOf(values['policy'] ?? policyDefault),
    baseline: policyOf(values['baseline'] ?? 'fcfs'),
    sequences: values['static'] === undefined ? sequencesDefault : values['static'].split(',').map(sequencesOf),
    against,
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
    throw new BadUsage(error instanceof Error ? error.message : String(error));
  }
}

function sequencesOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 16) return count;
  throw new BadUsage(`--static takes numbers of sequences from 1 to 16, as in 4,8: "${text}" is none.`);
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new BadUsage(`--${name} takes a number above 0, and "${text}" is none.`);
}
