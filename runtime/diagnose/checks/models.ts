/** Each chosen model: its file, whether it fits and loads, and what it was found to do. */
import type { Finding } from '../../protocol.ts';
import type { Facts, ModelFacts, PromiseFacts } from '../facts.ts';
import { type Check, classWords, durationOf, listed, note, ok, problem, sizeOf } from './words.ts';

const choose = { title: 'Choose a model', remedy: 'models', shell: 'punctual models list' } as const;

export const unservedCheck: Check = ({ unserved }) =>
  unserved.map(({ class: name, message }) =>
    problem(`model-${name}`, `No model serves ${classWords[name]}.`, { detail: message, action: choose }),
  );

export const modelsCheck: Check = (facts) => facts.models.map((model) => modelFinding(model, facts));

/**
 * The first that holds:
 * 1. its file is gone
 * 2. it does not fit into memory
 * 3. it did not load, or did not answer
 * 4. it is the demonstration model
 * 5. nobody has vouched for its file
 * 6. it answers
 */
function modelFinding(model: ModelFacts, facts: Facts): Finding {
  const id = `model-${model.classes.join('-')}`;
  const does = listed(model.classes.map((name) => classWords[name]));
  const name = `${model.name} (${does})`;
  if (!model.isThere) return problem(id, `The file of ${name} is gone or cannot be read.`, { action: choose });
  if (model.fits === false && model.error !== undefined) {
    const detail = [model.fit, model.smaller && `${model.smaller} would fit.`].filter(Boolean).join(' ');
    return problem(id, `${name} does not fit into memory.`, { detail, action: choose });
  }
  if (model.error !== undefined) return problem(id, `${name} did not answer.`, { detail: model.error, action: choose });
  const answers = `${name} answers${timesOf(model)}`;
  if (model.demo) {
    const detail = 'It shows how Punctual works and is no help at real work.';
    return note(id, `${answers}. It is the demonstration model.`, {
      detail,
      action: { ...choose, title: 'Get a real model' },
    });
  }
  const detail = [cacheOf(model), model.fit].filter((each) => each !== undefined).join(' ');
  const unverified = model.verified === false ? ' Nobody but its first download vouches for its file.' : '';
  return ok(id, `${answers}.${unverified}`, detail === '' ? graphicsNote(facts) : detail);
}

/** A model that spills out of a graphics card is slow for a reason that nothing else names. */
function graphicsNote({ engine }: Facts): string | undefined {
  return engine.devices.length === 0 ? undefined : `It computes with ${engine.backend}.`;
}

function timesOf({ timed, loadMs, speed }: ModelFacts): string {
  const parts: string[] = [];
  if (timed !== undefined) {
    const many = timed.count === 1 ? 'first token' : `first token (p95 of ${timed.count})`;
    const at = timed.promptTokens === undefined ? '' : ` at ${timed.promptTokens} tokens of prompt`;
    parts.push(`${many} after ${durationOf(timed.p95Ms)}${at}`);
    if (timed.tokensPerSecond !== undefined) parts.push(`${figure(timed.tokensPerSecond)} tokens/s`);
  } else if (speed !== undefined) parts.push(`${figure(speed.decodeTokensPerSecond)} tokens/s`);
  if (loadMs !== undefined) parts.push(`loaded in ${durationOf(loadMs)}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

const figure = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

function cacheOf({ bytes, cachedBytes }: ModelFacts): string | undefined {
  if (cachedBytes === undefined || bytes === 0) return undefined;
  return `${Math.round((100 * Math.min(bytes, cachedBytes)) / bytes)}% of its ${sizeOf(bytes)} are in the page cache.`;
}

export const promisesCheck: Check = (facts) => facts.promises.flatMap((promise) => promiseFinding(promise, facts));

/** A promise that the probe's own completions would have broken is one that this machine does not keep. */
function promiseFinding(promise: PromiseFacts, { models }: Facts): Finding[] {
  const model = models.find(({ classes }) => classes.includes(promise.class));
  const measuredMs =
    promise.kind === 'ttft' && promise.class === 'completion' ? model?.timed?.p95Ms : promise.ordinaryMs;
  if (measuredMs === undefined || model?.error !== undefined) return [];
  const id = `promise-${promise.class}`;
  const what = promise.kind === 'ttft' ? 'the first token' : 'the whole answer';
  const auto = promise.isAutomatic ? ', which follows from a measurement' : '';
  const promised = `${classWords[promise.class]}: ${what} is promised within ${durationOf(promise.targetMs)}${auto}`;
  const start = promised.charAt(0).toUpperCase() + promised.slice(1);
  if (measuredMs <= promise.targetMs) return [ok(id, `${start}, and took ${durationOf(measuredMs)}.`)];
  return [
    problem(id, `${start}, and took ${durationOf(measuredMs)}.`, {
      detail: 'Promise what this machine can keep, or choose a smaller model.',
      action: { title: 'Calibrate promises', remedy: 'calibrate' },
    }),
  ];
}

/** Of the last minutes, in the user's own work. */
export const keptCheck: Check = ({ promises }) =>
  promises.flatMap(({ class: name, kept, decided }) => {
    if (decided < 10 || kept / decided >= 0.9) return [];
    const title = `Of the last ${decided} tasks (${classWords[name]}) ${decided - kept} were late.`;
    return [note(`late-${name}`, title, { action: { title: 'Calibrate promises', remedy: 'calibrate' } })];
  });
