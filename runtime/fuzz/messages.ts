/** Messages of a client: right by the grammar and in a nasty order, some of them spoiled. */
import { integer, pick, type Random } from '../bench/random.ts';
import { watchMethod } from '../protocol.ts';
import { id, methodsOf, paramsFor } from './grammar.ts';
import { chance, type Json, nastyValue, spoiled, spoiledBytes } from './mutate.ts';

const openMethod = 'textDocument/didOpen';

/** One message by the grammar. Ids count up, so that what is answered twice shows; some are used again on purpose. */
function message(random: Random, index: number): { [key: string]: Json } {
  const kind = random();
  if (kind < 0.45) {
    const method = pick(random, methodsOf.request);
    const asking = { jsonrpc: '2.0', method, params: paramsFor(method, random) };
    // A request that wants no answer.
    return chance(random, 0.02) ? asking : { id: chance(random, 0.9) ? index : id(random), ...asking };
  }
  if (kind < 0.95) {
    const method = chance(random, 0.3) ? openMethod : pick(random, methodsOf.notification);
    const telling = { jsonrpc: '2.0', method, params: paramsFor(method, random) };
    // A notification that wants one.
    return chance(random, 0.02) ? { id: index, ...telling } : telling;
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
  frame({ id: 'hello', method: 'initialize', params: paramsFor('initialize', random) }),
  frame({ method: 'initialized', params: {} }),
];

const frame = (said: { [key: string]: Json }): Buffer => Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...said }));

/** Two in a row, and more than may wait. */
const lastingMax = 9;

/**
 * Requests that take long, somewhere in the conversation. Those that never end by themselves are taken back at its end, and of the others
 * some, or all where nobody is patient. Their ids are never spoiled: an unknown one could not be taken back.
 */
function lasting(random: Random, spoiling: number, isPatient: boolean, frames: Buffer[]): void {
  const count = chance(random, 0.1) ? integer(random, 2, lastingMax) : 1;
  for (let index = 0; index < count; index += 1) {
    const method = pick(random, methodsOf.lasting);
    const right = paramsFor(method, random);
    const asking = { id: `lasting${index}`, method, params: chance(random, spoiling) ? spoiled(random, right) : right };
    frames.splice(integer(random, 0, frames.length + 1), 0, frame(asking));
    const isTakenBack = method === watchMethod || !isPatient || chance(random, 0.5);
    if (isTakenBack) frames.push(frame({ method: '$/cancelRequest', params: { id: asking.id } }));
  }
}

/**
 * Some frames of one client. @param spoiling how many of them are spoiled, 0 to 1. @param isPatient whether requests that take long may
 * come to their own end.
 */
export function conversation(random: Random, spoiling: number, lengthMax: number, isPatient = true): readonly Buffer[] {
  const length = integer(random, 1, lengthMax + 1);
  const frames = Array.from({ length }, (_, index) => frameOf(random, index, spoiling));
  if (chance(random, 0.6)) frames.unshift(frame({ method: openMethod, params: paramsFor(openMethod, random) }));
  if (chance(random, 0.9)) frames.unshift(...introduction(random));
  if (chance(random, 0.05)) lasting(random, spoiling, isPatient, frames);
  if (chance(random, 0.02)) frames.push(frame({ method: pick(random, methodsOf.leaving), params: {} }));
  return frames;
}
