import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Effect, Event, ModelInfo } from '../../runtime/core/event.ts';
import type { Settled } from '../../runtime/core/metrics.ts';
import type { Outcome, Task } from '../../runtime/core/task.ts';
import type { LoopStatus } from '../../runtime/loop/status.ts';
import { Telemetry, tracesUrl } from '../../runtime/observe/telemetry.ts';
import { telemetryOff } from '../../runtime/protocol.ts';
import { Collector, type Span } from './collector.ts';
import { type Family, parseExposition, sampleValue } from './exposition.ts';

const token = 'a-token-for-prometheus';
const model = '/home/ada/models/some.gguf';
const info: ModelInfo = {
  ...{ sequences: 2, contextTokens: 4_096, chunkTokens: 64, infill: true, chat: true },
  ...{ memoryBytes: 7e8, loadMs: 1_500, device: 'CPU' },
};
const finished: Outcome = { kind: 'finished', reason: 'stop' };

let folder: string;
let tokenFile: string;
let telemetry: Telemetry;
let lines: string[];
let loads: number;
let status: LoopStatus;
const collectors: Collector[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-telemetry-'));
  tokenFile = path.join(folder, 'token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  lines = [];
  loads = 0;
  status = { windowMs: 1, classes: [], models: [], engineRestarts: 0 };
  telemetry = new Telemetry({
    version: '1.2.3',
    env: {},
    exporters: () => {
      loads += 1;
      return import('../../runtime/observe/exporters.ts');
    },
    status: () => status,
    nameOf: (id) => path.basename(id, '.gguf'),
    epochOffsetMs: () => Date.UTC(2026, 0, 31),
    log: (line) => void lines.push(line),
  });
});
afterEach(async () => {
  await telemetry.dispose();
  for (const collector of collectors.splice(0)) await collector.close();
  await rm(folder, { recursive: true, force: true });
});

/** A port that nobody had a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function task(id: string, changes: Partial<Task> = {}): Task {
  const limits = { maxTokens: 10, stop: [] };
  const prompt = { kind: 'chat', user: 'canary-of-the-user' } as const;
  return {
    id,
    class: 'summarize',
    sla: { kind: 'e2e', targetMs: 5_000 },
    arrivalMs: 0,
    model,
    prompt,
    limits,
    ...changes,
  };
}

const startOf = (of: Task): Effect => ({
  ...{ kind: 'start', task: of, ageMs: 0, relegated: false, generated: [] },
  answerTokens: { p10: 1, p25: 1, p50: 1, p75: 1, p90: 1 },
});
const prefill = (id: string, tokens: number): Event => ({
  kind: 'pass',
  pass: { model, kind: 'prefill', tokens, sequences: 1, contextTokens: 0, wallMs: 30, id },
});
const tokensOf = (id: string): Event => ({ kind: 'tokens', id, tokens: [1, 2], text: 'canary-of-the-answer' });
const settleOf = (id: string, outcome: Outcome): Effect => ({ kind: 'settle', id, outcome });

/** It comes, its model loads for a second, it waits half a second more, and answers two seconds after that. */
function play(of: Task, outcome: Outcome = finished): void {
  const { id } = of;
  telemetry.note(0, { kind: 'submit', task: of }, [
    { kind: 'load', model, isSmall: false, sparesCache: false, why: 'somebody waits' },
  ]);
  telemetry.note(1_000, { kind: 'loaded', model, info }, []);
  telemetry.note(1_500, { kind: 'wake' }, [startOf(of)]);
  telemetry.note(1_600, prefill(id, 40), []);
  telemetry.note(2_000, tokensOf(id), []);
  telemetry.note(3_500, { kind: 'ended', id, outcome }, [settleOf(id, outcome)]);
  const settled: Settled = { task: of, outcome, ttftMs: 2_000, e2eMs: 3_500, atMs: 3_500 };
  telemetry.settled(settled);
}

async function scrape(port: number): Promise<ReadonlyMap<string, Family>> {
  const response = await get(port, { authorization: `Bearer ${token}` });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return parseExposition(await response.text());
}

function get(port: number, headers: Record<string, string>, place = '/metrics'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${place}`, { headers });
}

describe('metrics', () => {
  it('when nothing is set, then nothing is loaded and nothing is kept', async () => {
    await telemetry.configure(telemetryOff);
    play(task('t1'));
    expect([loads, lines, telemetry.problems]).toEqual([0, [], []]);
  });

  it('when tasks were done, then a scrape has them, and every line of it is right', async () => {
    const metricsPort = await freePort();
    await telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    play(task('t1'));
    play(task('t2', { class: 'completion', sla: { kind: 'ttft', targetMs: 500 } }), {
      kind: 'cancelled',
      by: 'superseded',
    });
    telemetry.note(4_000, { kind: 'wake' }, [{ kind: 'unload', model, why: 'another is needed' }]);
    const error = { p50: 0.05, p90: 0.2, samples: 10 };
    status = {
      ...{ windowMs: 1, engineRestarts: 2 },
      classes: [{ ...noTasks, class: 'summarize', waiting: 3, running: 1, sla: { kind: 'e2e', targetMs: 5_000 } }],
      models: [{ id: model, state: 'ready', info, prefillError: error }],
    };
    const families = await scrape(metricsPort);
    const summarize = { class: 'summarize' };
    const some = { model: 'some' };
    const value = (name: string, labels: Record<string, string> = {}) => sampleValue(families, name, labels);
    expect(value('punctual_tasks_total', { ...summarize, outcome: 'finished' })).toBe(1);
    expect(value('punctual_tasks_total', { class: 'completion', outcome: 'superseded' })).toBe(1);
    expect(value('punctual_promises_total', { ...summarize, result: 'kept' })).toBe(1);
    expect(value('punctual_promises_total', { class: 'completion', result: 'broken' }), 'it came after its time').toBe(
      1,
    );
    expect(value('punctual_ttft_seconds_sum', summarize)).toBe(2);
    expect(value('punctual_e2e_seconds_bucket', { ...summarize, le: '5' })).toBe(1);
    expect(value('punctual_e2e_seconds_bucket', { ...summarize, le: '2' })).toBe(0);
    expect(value('punctual_promise_target_seconds', { ...summarize, kind: 'e2e' })).toBe(5);
    expect(value('punctual_queue', { ...summarize, state: 'waiting' })).toBe(3);
    expect(value('punctual_passes_total', { ...some, kind: 'prefill' })).toBe(2);
    expect(value('punctual_pass_tokens_total', { ...some, kind: 'prefill' })).toBe(80);
    expect(value('punctual_pass_seconds_sum', { ...some, kind: 'prefill' })).toBeCloseTo(0.06);
    expect(value('punctual_model_memory_bytes', some)).toBe(7e8);
    expect(value('punctual_model_loads_total', some)).toBe(2);
    expect(value('punctual_model_evictions_total', some)).toBe(1);
    expect(value('punctual_wasted_tokens_total', { class: 'completion', kind: 'prefill' })).toBe(40);
    expect(value('punctual_wasted_tokens_total', { class: 'completion', kind: 'decode' })).toBe(2);
    expect(value('punctual_engine_restarts_total')).toBe(2);
    expect(value('punctual_cost_model_error_ratio', { ...some, kind: 'prefill', quantile: '0.9' })).toBe(0.2);
    expect(value('punctual_build_info', { version: '1.2.3' })).toBe(1);
    for (const [name, { type, help }] of families) {
      expect(name).toMatch(type === 'counter' ? /^punctual_.*_total$/ : /^punctual_(?!.*_total$)/);
      expect(help).not.toBe('');
    }
    const text = await (await get(metricsPort, { authorization: `Bearer ${token}` })).text();
    expect(text).not.toMatch(/canary|ada|gguf/);
  });

  it('when the token is wrong, or the request comes from a web page, then it is refused', async () => {
    const metricsPort = await freePort();
    await telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    const authorization = `Bearer ${token}`;
    expect((await get(metricsPort, {})).status).toBe(401);
    expect((await get(metricsPort, { authorization: 'Bearer another-token-here' })).status).toBe(401);
    expect((await get(metricsPort, { authorization, origin: 'https://evil.example' })).status).toBe(403);
    expect((await get(metricsPort, { authorization }, '/')).status).toBe(404);
  });

  it('when the port is taken, then it says so, and another one works', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await telemetry.configure({ ...telemetryOff, metricsPort: port, metricsTokenFile: tokenFile });
    const sentence = `punctual.telemetry: port ${port} is taken by another program: set metricsPort to another.`;
    expect([telemetry.problems, lines]).toEqual([[sentence], [sentence]]);
    await new Promise((resolve) => other.close(resolve));
    const metricsPort = await freePort();
    await telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    expect(telemetry.problems).toEqual([]);
    await scrape(metricsPort);
  });

  it.each([
    ['none', '', 'name a file with one'],
    ['a relative path', 'token', 'is no absolute path'],
    ['a file that is not there', path.resolve('/no/such/token'), 'cannot be read (ENOENT)'],
  ])('when the token’s file is %s, then there are no metrics, and it says why', async (_, metricsTokenFile, words) => {
    await telemetry.configure({ ...telemetryOff, metricsPort: await freePort(), metricsTokenFile });
    expect(telemetry.problems).toEqual([expect.stringContaining(words)]);
    expect(loads).toBe(0);
  });

  it('when the token is short, then there are no metrics', async () => {
    await writeFile(tokenFile, 'short');
    await telemetry.configure({ ...telemetryOff, metricsPort: await freePort(), metricsTokenFile: tokenFile });
    expect(telemetry.problems).toEqual([expect.stringContaining('at least 16')]);
  });

  it('when they are switched off, then the port is free again', async () => {
    const metricsPort = await freePort();
    await telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    await scrape(metricsPort);
    await telemetry.configure(telemetryOff);
    await expect(get(metricsPort, {})).rejects.toThrow();
  });
});

const noTasks = { finished: 0, kept: 0, decided: 0, superseded: 0, cancelled: 0, failed: 0, refused: 0 };

async function collector(): Promise<Collector> {
  const opened = await Collector.open();
  collectors.push(opened);
  return opened;
}

const attribute = (span: Span | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((each) => each.key === key)?.value ?? {})[0];
const secondsOf = ({ startTimeUnixNano, endTimeUnixNano }: Span): number =>
  Number((BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1_000_000n) / 1_000;

describe('traces', () => {
  it('when a task has ended, then its span has what it waited for, one after the other', async () => {
    const { address, has, paths, bodies } = await bound();
    await telemetry.configure({ ...telemetryOff, tracesEndpoint: address });
    play(task('t1'));
    await telemetry.dispose();
    const spans = await has(5);
    const whole = spans.find(({ name }) => name === 'punctual summarize');
    const inside = spans.filter(({ parentSpanId }) => parentSpanId === whole?.spanId);
    expect(inside.map((span) => [span.name, secondsOf(span)])).toEqual([
      ['load wait', 1],
      ['queue', 0.5],
      ['prefill', 0.5],
      ['decode', 1.5],
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(whole?.startTimeUnixNano).toBe(`${Date.UTC(2026, 0, 31)}000000`);
    expect(
      ['class', 'model', 'promise.kind', 'promise.kept'].map((key) => attribute(whole, `punctual.${key}`)),
    ).toEqual(['summarize', 'some', 'e2e', true]);
    expect(paths).toEqual(['/v1/traces']);
    expect(bodies.join('')).not.toMatch(/canary|ada|gguf/);
  });

  it('when calls belong to a workflow, then the later ones are linked to the first', async () => {
    const { address, has } = await bound();
    await telemetry.configure({ ...telemetryOff, tracesEndpoint: address });
    const rest = {
      workflow: 'w1',
      deadlineMs: 9_000,
      prefillTokens: 0,
      decodeTokens: 0,
      leastTokens: 0,
      sideBySide: 1,
    };
    play(task('t1', { rest }));
    play(task('t2', { rest }), { kind: 'failed', error: { code: 'engineLost', message: 'canary in a message' } });
    play(task('t3'));
    await telemetry.dispose();
    const spans = (await has(3)).filter(({ name }) => name === 'punctual summarize');
    expect(spans.map(({ links = [] }) => links.map(({ spanId }) => spanId))).toEqual([[], [spans[0]?.spanId], []]);
    expect(spans[1]?.status).toEqual({ code: 2, message: 'engineLost' });
  });

  it('when the collector cannot be reached, then that is told once, and tasks go on', async () => {
    const port = await freePort();
    await telemetry.configure({ ...telemetryOff, tracesEndpoint: `http://127.0.0.1:${port}` });
    const told = new Promise<void>((resolve) => {
      const push = lines.push.bind(lines);
      lines.push = (...more: string[]) => {
        if (more.some((line) => line.includes('cannot be sent'))) resolve();
        return push(...more);
      };
    });
    for (let count = 0; count < 300; count += 1) play(task(`t${count}`));
    await told;
    for (let count = 300; count < 600; count += 1) play(task(`t${count}`));
    await telemetry.dispose();
    expect(lines.filter((line) => line.includes('cannot be sent'))).toHaveLength(1);
  });

  it.each([
    ['http://127.0.0.1:4318', {}, 'http://127.0.0.1:4318/v1/traces'],
    ['https://collector.example/otlp', {}, 'https://collector.example/otlp'],
    ['environment', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/traces'],
    [
      'environment',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/t', OTEL_EXPORTER_OTLP_ENDPOINT: 'x' },
      'http://c/t',
    ],
  ])('when the endpoint is %s with %j, then spans go to %s', (endpoint, env, url) => {
    expect(tracesUrl(endpoint, env)).toBe(url);
  });

  it.each([
    ['environment', {}, 'OTEL_EXPORTER_OTLP_ENDPOINT is not set'],
    ['environment', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, 'the address of the traces is none'],
  ])('when the endpoint is %s with %j, then it says what is wrong', (endpoint, env, words) => {
    expect(() => tracesUrl(endpoint, env)).toThrow(words);
  });

  async function bound() {
    const opened = await collector();
    return { ...opened, spans: opened.spans, address: opened.address, has: (count: number) => opened.has(count) };
  }
});
