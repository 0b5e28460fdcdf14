/**
 * Conversations with the server in this process, past the door: messages by the grammar, spoiled ones, and whole sequences in a nasty
 * order. Each request has to get exactly one answer, and nothing else may be heard that looks like one.
 */
import type { WebSocket } from 'ws';
import type { Random } from '../../bench/random.ts';
import type { Case, Failure, Target } from '../case.ts';
import { House } from '../house.ts';
import { Line } from '../line.ts';
import { conversation } from '../messages.ts';
import { Expectations } from '../wire.ts';

export interface RpcOptions {
  readonly name: string;
  readonly share: number;
  /** Share of the frames that are spoiled. */
  readonly spoiling: number;
  readonly lengthMax: number;
}

/** Conversations that one server holds, one after the other, before a fresh one takes its place. */
const conversationsMax = 400;
/** Turns of the event loop in which an answer has to come. */
const turnsMax = 20_000;
/** After these it has so much time of this machine, in ms, with rests in between. */
const patienceMs = 2_000;
const restMs = 5;
/** In which a second answer would. */
const turnsAfter = 3;

export function rpcTarget(root: string, { name, share, spoiling, lengthMax }: RpcOptions): Target {
  let house: House | undefined;
  let conversations = 0;
  const fresh = async (): Promise<House> => {
    if (house !== undefined && conversations < conversationsMax) return house;
    await house?.close();
    conversations = 0;
    house = new House(root, 1);
    return house;
  };
  const run = async (frames: Case): Promise<Failure | undefined> => {
    const current = await fresh();
    conversations += 1;
    const failure = await converse(current, frames);
    // What went wrong may have left traces.
    if (failure !== undefined) conversations = conversationsMax;
    return failure;
  };
  return {
    ...{ name, share, run },
    cutsBytes: false,
    make: (random: Random) => conversation(random, spoiling, lengthMax),
    close: async () => await house?.close(),
  };
}

async function converse(house: House, frames: Case): Promise<Failure | undefined> {
  const expectations = new Expectations();
  const line = new Line((message) => expectations.received(message));
  house.clients.welcome(line as unknown as WebSocket);
  let isLeaving = false;
  for (const frame of frames) {
    isLeaving = expectations.sent(frame) || isLeaving;
    line.deliver(frame);
  }
  const isOver = (): boolean => expectations.isOver || line.readyState !== 1;
  // On a busy machine many turns may pass while a file is read.
  if (!(await house.until(isOver, turnsMax))) await house.until(isOver, Math.ceil(patienceMs / restMs), restMs);
  await house.until(() => false, turnsAfter);
  const failure = expectations.failure(isLeaving && line.readyState !== 1);
  line.close();
  await house.until(() => false, turnsAfter);
  return failure;
}
