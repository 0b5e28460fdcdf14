/**
 * The dense part: the runtime's loop on a virtual clock with a simulated engine, and a fault every eight seconds of simulated time. Hours pass in seconds, and
 * what is found comes again with the same seed.
 */
import { exponential, integer, newRandom } from '../../bench/random.ts';
import { restMsMax } from '../../loop/circuit.ts';
import { draw } from '../draw.ts';
import type { Tally } from '../tally.ts';
import { SimulatedWorld } from './world.ts';

/** Kinds with their weights. */
const faults = {
  engineDies: 10,
  engineDiesTwice: 3,
  engineHangs: 3,
  diesWhileLoading: 4,
  crashLoop: 0.3,
  loadFails: 2,
  sequenceFails: 4,
  poisonedRequest: 3,
  machineSleeps: 3,
  burst: 2,
};

const gapMs = 8_000;
/** Loads that a crash loop ends: enough that the circuit opens. */
const loopLoads = 12;
const burstTasks = 60;

export interface SimulatedOutcome {
  /** Of the virtual clock. */
  readonly simulatedMs: number;
  /** How often the circuit was open when a fault came. */
  readonly rests: number;
}

/** @param isOver asked before each fault. */
export async function soakSimulated(
  {
    seed,
    faultsMax,
    isOver = () => false,
  }: { readonly seed: number; readonly faultsMax: number; isOver?: () => boolean },
  tally: Tally,
): Promise<SimulatedOutcome> {
  const random = newRandom(seed, 'faults');
  const world = new SimulatedWorld(seed, tally);
  let rests = 0;
  for (let count = 0; count < faultsMax && !isOver(); count += 1) {
    await world.runFor(exponential(random, gapMs));
    if (world.isResting) rests += 1;
    const kind = draw(random, faults);
    tally.fault(`simulated ${kind}`);
    await strike(world, kind, random);
  }
  await world.comeToRest();
  await answersAgain(world, tally);
  world.judge();
  return { simulatedMs: world.clock.now(), rests };
}

async function strike(world: SimulatedWorld, kind: keyof typeof faults, random: () => number): Promise<void> {
  switch (kind) {
    case 'engineDies':
      return world.engine.die('signal SIGKILL');
    case 'engineDiesTwice':
      world.engine.die('signal SIGSEGV');
      await world.runFor(exponential(random, 800));
      return world.engine.die('signal SIGSEGV');
    case 'engineHangs':
      return world.faulty.fallSilent();
    case 'diesWhileLoading':
      world.dieAtLoads(integer(random, 1, 3));
      return world.engine.die('before a load');
    case 'crashLoop':
      world.dieAtLoads(loopLoads);
      return world.engine.die('a driver that was updated');
    case 'loadFails':
      return world.engine.failLoad('large', 'The file is damaged.');
    case 'sequenceFails': {
      const victim = world.anyLive(random);
      if (victim === undefined) return;
      victim.excuses.isVictim = true;
      return world.engine.failSequence(victim.handle.id);
    }
    case 'poisonedRequest':
      return world.poison();
    case 'machineSleeps':
      return world.sleep(exponential(random, 3_600_000));
    case 'burst':
      for (let count = 0; count < burstTasks; count += 1) world.ask('completion');
      return;
    default:
      kind satisfies never;
  }
}

/** After everything, and the longest rest, it works as on the first day. */
async function answersAgain(world: SimulatedWorld, tally: Tally): Promise<void> {
  world.dieAtLoads(0);
  world.sleep(restMsMax);
  const last = world.ask('completion');
  await world.comeToRest();
  if (last.result?.outcome.kind !== 'finished')
    tally.hangs.push(`the last completion was not answered: ${JSON.stringify(last.result?.outcome)}`);
}
