/** Each chosen model: its file, whether it fits and loads, and what it was found to do. */
import { enumerated, listed, sentence, together, type Words } from '../../core/sentence.ts';
import type { FindingSaid as Finding, WireTaskClass } from '../../protocol.ts';
import type { Facts, ModelFacts, PromiseFacts } from '../facts.ts';
import { type Check, classWords, durationOf, note, ok, problem, sizeOf } from './words.ts';

const choose = { title: sentence('Choose a model'), remedy: 'models', shell: 'punctual models list' } as const;

/** One finding for each reason: what hinders one class mostly hinders all. */
export const unservedCheck: Check = ({ unserved }) => {
  const byReason = new Map<string, { readonly message: Words; readonly classes: WireTaskClass[] }>();
  for (const { class: name, message } of unserved) {
    const alike = byReason.get(String(message)) ?? { message, classes: [] };
    alike.classes.push(name);
    byReason.set(String(message), alike);
  }
  return [...byReason.values()].map(({ message, classes }) => {
    const title = sentence('No model serves {0}.', listed(classes.map((name) => classWords[name])));
    return problem(`model-${classes.join('-')}`, title, { detail: message, action: choose });
  });
};

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
  const name = sentence('{0} ({1})', model.name, does);
  if (!model.isThere)
    return problem(id, sentence('The file of {0} is gone or cannot be read.', name), { action: choose });
  if (model.fits === false && model.error !== undefined) {
    const detail = together([
      model.fit ?? '',
      model.smaller === undefined ? '' : sentence('{0} would fit.', model.smaller),
    ]);
    return problem(id, sentence('{0} does not fit into memory.', name), { detail, action: choose });
  }
  if (model.error !== undefined)
    return problem(id, sentence('{0} did not answer.', name), { detail: model.error, action: choose });
  const times = timesOf(model);
  const answers = times === undefined ? sentence('{0} answers.', name) : sentence('{0} answers: {1}.', name, times);
  if (model.demo) {
    const detail = sentence('It shows how Punctual works and is no help at real work.');
    return note(id, together([answers, sentence('It is the demonstration model.')]), {
      detail,
      action: { ...choose, title: sentence('Get a real model') },
    });
  }
  const detail = together([cacheOf(model) ?? '', model.fit ?? '']);
  const unverified = model.verified === false ? sentence('Nobody but its first download vouches for its file.') : '';
  return ok(id, together([answers, unverified]), detail === '' ? graphicsNote(facts) : detail);
}

/** A model that spills out of a graphics card is slow for a reason that nothing else names. */
function graphicsNote({ engine: { devices, backend } }: Facts): Words | undefined {
  return devices.length === 0 || backend === undefined ? undefined : sentence('It computes with {0}.', backend);
}

function timesOf({ timed, loadMs, speed }: ModelFacts): Words | undefined {
  const parts: Words[] = [];
  if (timed !== undefined) {
    const after = durationOf(timed.p95Ms);
    const first =
      timed.count === 1
        ? sentence('first token after {0}', after)
        : sentence('first token (p95 of {0}) after {1}', timed.count, after);
    const { promptTokens } = timed;
    parts.push(promptTokens === undefined ? first : sentence('{0} at {1} tokens of prompt', first, promptTokens));
    if (timed.tokensPerSecond !== undefined) parts.push(sentence('{0} tokens/s', figure(timed.tokensPerSecond)));
  } else if (speed !== undefined) parts.push(sentence('{0} tokens/s', figure(speed.decodeTokensPerSecond)));
  if (loadMs !== undefined) parts.push(sentence('loaded in {0}', durationOf(loadMs)));
  return parts.length === 0 ? undefined : enumerated(parts);
}

const figure = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

function cacheOf({ bytes, cachedBytes }: ModelFacts): Words | undefined {
  if (cachedBytes === undefined || bytes === 0) return undefined;
  return sentence(
    '{0}% of its {1} are in the page cache.',
    Math.round((100 * Math.min(bytes, cachedBytes)) / bytes),
    sizeOf(bytes),
  );
}

export const promisesCheck: Check = (facts) => facts.promises.flatMap((promise) => promiseFinding(promise, facts));

/** A promise that the probe's own completions would have broken is one that this machine does not keep. */
function promiseFinding(promise: PromiseFacts, { models }: Facts): Finding[] {
  const model = models.find(({ classes }) => classes.includes(promise.class));
  const measuredMs =
    promise.kind === 'ttft' && promise.class === 'completion' ? model?.timed?.p95Ms : promise.ordinaryMs;
  if (measuredMs === undefined || model?.error !== undefined) return [];
  const id = `promise-${promise.class}`;
  const title = promiseTitle(promise, measuredMs);
  if (measuredMs <= promise.targetMs) return [ok(id, title)];
  return [
    problem(id, title, {
      detail: sentence('Promise what this machine can keep, or choose a smaller model.'),
      action: { title: sentence('Calibrate promises'), remedy: 'calibrate' },
    }),
  ];
}

const classNames: Readonly<Record<PromiseFacts['class'], Words>> = {
  completion: sentence('Completion'),
  summarize: sentence('Summaries'),
  translate: sentence('Translations'),
  generate: sentence('Generated code'),
};

function promiseTitle(promise: PromiseFacts, measuredMs: number): Words {
  const facts = [classNames[promise.class], durationOf(promise.targetMs), durationOf(measuredMs)] as const;
  if (promise.kind === 'ttft') {
    return promise.isAutomatic
      ? sentence(
          '{0}: the first token is promised within {1}, which follows from a measurement, and took {2}.',
          ...facts,
        )
      : sentence('{0}: the first token is promised within {1}, and took {2}.', ...facts);
  }
  return promise.isAutomatic
    ? sentence(
        '{0}: the whole answer is promised within {1}, which follows from a measurement, and took {2}.',
        ...facts,
      )
    : sentence('{0}: the whole answer is promised within {1}, and took {2}.', ...facts);
}

/** Of the last minutes, in the user's own work. */
export const keptCheck: Check = ({ promises }) =>
  promises.flatMap(({ class: name, kept, decided }) => {
    if (decided < 10 || kept / decided >= 0.9) return [];
    const title = sentence('Of the last {0} tasks ({1}) {2} were late.', decided, classWords[name], decided - kept);
    return [note(`late-${name}`, title, { action: { title: sentence('Calibrate promises'), remedy: 'calibrate' } })];
  });
