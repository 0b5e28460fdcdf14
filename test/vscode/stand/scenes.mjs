/** What a runtime tells a dashboard, made up from a seed: an editing session of any length, and its status. Times are in ms on its clock. */

/** @typedef {import('../../../runtime/protocol/dashboard.ts').KnownWatchItem} Item */
/** @typedef {import('../../../runtime/protocol/dashboard.ts').WatchNews} News */
/** @typedef {import('../../../runtime/protocol/status.ts').Status} Status */

/** When the clock of the made-up runtime was 0. */
export const originMs = Date.UTC(2026, 0, 5, 9, 0, 0);

const completionModel = 'qwen2.5-coder-1.5b-base-q8_0.gguf';
const textModel = 'a-model-whose-name-somebody-gave-it-with-care-Coder-7B-Instruct-128k-abliterated-v2-IQ4_XS.gguf';

/** Uniform in [0, 1): the same for the same seed. @param {number} seed */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Completions while somebody types, of which most are superseded, work ahead, and now and then a summary or a translation that gives way.
 * @param {{ tasks: number, seed?: number, gapMs?: number }} options `gapMs`: from one request to the next, on average
 * @returns {Item[]} in the order of their times
 */
export function session({ tasks, seed = 1, gapMs = 700 }) {
  const random = randomOf(seed);
  /** @type {Item[]} */
  const items = [
    {
      kind: 'decision',
      atMs: 40,
      action: 'load',
      model: completionModel,
      why: `Loads ${completionModel}: a task waits for it.`,
    },
    { kind: 'loaded', atMs: 1_240, model: completionModel, loadMs: 1_200, memoryBytes: 1.9e9, device: 'CPU' },
  ];
  let atMs = 1_300;
  for (let n = 1; n <= tasks; n++) {
    atMs += gapMs * (0.1 + 1.8 * random());
    if (n % 40 === 20) items.push(...translation(`t${n}`, atMs, random));
    else if (n % 9 === 0) items.push(...ahead(`t${n}`, atMs));
    else items.push(...completion(`t${n}`, atMs, random));
  }
  return items.sort((a, b) => a.atMs - b.atMs);
}

/** @param {string} id @param {number} atMs @param {() => number} random @returns {Item[]} */
function completion(id, atMs, random) {
  const waitMs = random() < 0.2 ? 20 + 150 * random() : 2;
  const startMs = atMs + waitMs;
  const ttftMs = 60 + 120 * random() + (random() < 0.06 ? 260 : 0);
  const base = { atMs, arrivalMs: atMs - 1, model: completionModel, maxTokens: 64, document: 'd1' };
  const sla = /** @type {const} */ ({ kind: 'ttft', targetMs: 250 });
  /** @type {Item[]} */
  const items = [
    { kind: 'submit', id, class: 'completion', sla, ...base },
    { kind: 'start', atMs: startMs, id, model: completionModel },
    { kind: 'accepted', atMs: startMs + 1, id, promptTokens: 900, reusedTokens: 860 },
    pass(id, 'prefill', startMs + ttftMs - 10, ttftMs - 20),
  ];
  if (random() < 0.45) {
    const outcome = /** @type {const} */ ({ kind: 'cancelled', by: 'superseded' });
    return [...items, { kind: 'settle', atMs: startMs + ttftMs * 0.9, id, outcome }];
  }
  const firstMs = startMs + ttftMs;
  for (let token = 0; token < 6; token++) {
    items.push(pass(id, 'decode', firstMs + token * 18, 16));
    items.push({ kind: 'tokens', atMs: firstMs + token * 18, id, count: 1 });
  }
  return [...items, { kind: 'settle', atMs: firstMs + 110, id, outcome: { kind: 'finished', reason: 'stop' } }];
}

/** @param {string} id @param {number} atMs @returns {Item[]} */
function ahead(id, atMs) {
  const sla = /** @type {const} */ ({ kind: 'ttft', targetMs: 250 });
  return [
    {
      kind: 'submit',
      atMs,
      id,
      class: 'completion',
      sla,
      arrivalMs: atMs,
      model: completionModel,
      maxTokens: 0,
      idle: true,
    },
    { kind: 'start', atMs: atMs + 1, id, model: completionModel },
    pass(id, 'prefill', atMs + 120, 110),
    { kind: 'settle', atMs: atMs + 130, id, outcome: { kind: 'finished', reason: 'length' } },
  ];
}

/** Paused once, and late now and then. @param {string} id @param {number} atMs @param {() => number} random @returns {Item[]} */
function translation(id, atMs, random) {
  const isLate = random() < 0.3;
  const sla = /** @type {const} */ ({ kind: 'e2e', targetMs: 8_000 });
  const name = random() < 0.5 ? 'translate' : 'summarize';
  const endMs = atMs + (isLate ? 9_000 : 6_000);
  /** @type {Item[]} */
  const items = [
    { kind: 'submit', atMs, id, class: name, sla, arrivalMs: atMs, model: textModel, maxTokens: 512 },
    {
      kind: 'decision',
      atMs,
      action: 'load',
      model: textModel,
      why: `Loads ${textModel}: ${name} was asked for, and it fits beside ${completionModel}.`,
    },
    { kind: 'loaded', atMs: atMs + 900, model: textModel, loadMs: 900, memoryBytes: 5.4e9, device: 'CPU' },
    { kind: 'start', atMs: atMs + 900, id, model: textModel },
    { kind: 'accepted', atMs: atMs + 910, id, promptTokens: 1_400, reusedTokens: 0 },
    pass(id, 'prefill', atMs + 2_300, 1_350, textModel),
    { kind: 'stop', atMs: atMs + 2_400, id, keep: true },
    { kind: 'start', atMs: atMs + 3_300, id, model: textModel },
    ...(isLate ? [/** @type {Item} */ ({ kind: 'relegate', atMs: atMs + 3_000, id })] : []),
  ];
  for (let tokenMs = atMs + 3_400; tokenMs < endMs; tokenMs += 60) {
    items.push(pass(id, 'decode', tokenMs, 55, textModel), { kind: 'tokens', atMs: tokenMs, id, count: 1 });
  }
  return [...items, { kind: 'settle', atMs: endMs, id, outcome: { kind: 'finished', reason: 'stop' } }];
}

/** @param {string} id @param {'prefill' | 'decode'} step @param {number} atMs its end @param {number} wallMs @param {string} [model] @returns {Item} */
function pass(id, step, atMs, wallMs, model = completionModel) {
  return { kind: 'pass', atMs, model, step, tokens: step === 'prefill' ? 40 : 1, sequences: 1, wallMs, id };
}

/** @param {readonly Item[]} items @param {Partial<News>} [more] @returns {News} */
export function newsOf(items, more = {}) {
  const factors = { signalled: 0.1, broken: 0.8, workMs: 40 };
  return {
    ...{ originMs, nowMs: items.at(-1)?.atMs ?? 2_000, items: [...items], leftOut: 0 },
    scores: [
      { id: 'm1', worthMs: 8_400, need: 0.9, loadMs: 1_200, bytes: 1.9e9, ...factors },
      { id: 'm2', worthMs: 310, need: 0.05, loadMs: 900, bytes: 5.4e9, ...factors, broken: 0.12 },
    ],
    ...more,
  };
}

/** @param {number} uptimeMs @returns {Status} */
export function statusAt(uptimeMs) {
  const error = (/** @type {number} */ p50) => ({
    p50: p50 * (1 + 0.2 * Math.sin(uptimeMs / 9_000)),
    p90: 2 * p50,
    samples: 90,
  });
  const counts = { running: 0, waiting: 0, finished: 0, kept: 0, decided: 0, superseded: 0, cancelled: 0, failed: 0 };
  return {
    ...{ version: '0.0.0', pid: 1, engineRestarts: 0, uptimeMs, clients: 1, windowMs: 600_000 },
    classes: [
      { class: 'completion', sla: { kind: 'ttft', targetMs: 250 }, ...counts, running: 1 },
      { class: 'summarize', sla: { kind: 'e2e', targetMs: 8_000 }, ...counts },
      { class: 'translate', sla: { kind: 'e2e', targetMs: 8_000 }, ...counts, waiting: 1 },
      { class: 'generate', sla: { kind: 'ttft', targetMs: 2_000 }, ...counts },
    ],
    models: [
      {
        ...modelOf('m1', completionModel),
        memoryBytes: 1.9e9,
        prefillError: error(0.04),
        decodeError: error(0.07),
        pinned: 'user',
      },
      { ...modelOf('m2', textModel), memoryBytes: 5.4e9, prefillError: error(0.11), decodeError: error(0.09) },
    ],
    outcomes: { shown: 214, accepted: 63, partly: 12, rejected: 139, retained: 51, lost: 9 },
  };
}

/** @param {string} id @param {string} name */
function modelOf(id, name) {
  return { id, name, demo: false, state: /** @type {const} */ ('ready') };
}
