import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { telemetryOff } from '../../runtime/protocol.ts';
import { type Family, parseExposition, sampleValue } from './exposition.ts';
import { freePort, info, model, play, TelemetryWorld, task } from './telemetry-world.ts';

const token = 'a-token-for-prometheus';

let world: TelemetryWorld;
let folder: string;
let tokenFile: string;
beforeEach(async () => {
  world = new TelemetryWorld();
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-telemetry-'));
  tokenFile = path.join(folder, 'token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await world.telemetry.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function scrape(port: number): Promise<ReadonlyMap<string, Family>> {
  const response = await get(port, { authorization: `Bearer ${token}` });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return parseExposition(await response.text());
}

function get(
  port: number,
  headers: Record<string, string>,
  place = '/metrics',
  method: 'GET' | 'HEAD' | 'POST' = 'GET',
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${place}`, { headers, method });
}

describe('metrics', () => {
  it('when nothing is set, then nothing is loaded and nothing is kept', async () => {
    await world.telemetry.configure(telemetryOff);
    play(world.telemetry, task('t1'));
    expect([world.loads, world.lines, world.telemetry.problems]).toEqual([0, [], []]);
  });

  it('when tasks were done, then a scrape has them, and every line of it is right', async () => {
    const metricsPort = await freePort();
    await world.telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    play(world.telemetry, task('t1'));
    play(world.telemetry, task('t2', { class: 'completion', sla: { kind: 'ttft', targetMs: 500 } }), {
      kind: 'cancelled',
      by: 'superseded',
    });
    world.telemetry.note(4_000, { kind: 'wake' }, [{ kind: 'unload', model, why: 'another is needed' }]);
    const error = { p50: 0.05, p90: 0.2, samples: 10 };
    world.status = {
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
    expect(value('punctual_promises_total', { class: 'completion', result: 'kept' }), 'none, which is known').toBe(0);
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
    expect(text).not.toMatch(/canary|home|gguf/);
  });

  it('when the token is wrong, or the request comes from a web page, then it is refused', async () => {
    const metricsPort = await freePort();
    await world.telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    const authorization = `Bearer ${token}`;
    expect((await get(metricsPort, {})).status).toBe(401);
    expect((await get(metricsPort, { authorization: 'Bearer another-token-here' })).status).toBe(401);
    expect((await get(metricsPort, { authorization, origin: 'https://evil.example' })).status).toBe(403);
    expect((await get(metricsPort, { authorization }, '/')).status).toBe(404);
  });

  it('when somebody is refused, then one line says what to do, and does not tell the token', async () => {
    const metricsPort = await freePort();
    await world.telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    const authorization = `Bearer ${token}`;
    const bodies = [
      await get(metricsPort, {}),
      await get(metricsPort, { authorization: 'Bearer another-token-here' }),
      await get(metricsPort, { authorization, origin: 'https://evil.example' }),
      await get(metricsPort, { authorization }, '/'),
      await get(metricsPort, { authorization }, '/metrics', 'POST'),
    ].map(async (response) => [response.status, response.headers.get('content-type'), await response.text()]);
    const text = 'text/plain; charset=utf-8';
    expect(await Promise.all(bodies)).toEqual([
      [401, text, expect.stringMatching(/^Show the token: .*\n$/)],
      [401, text, expect.stringMatching(/^Show the token: .*\n$/)],
      [403, text, expect.stringMatching(/^Only 127\.0\.0\.1 or localhost .*\n$/)],
      [404, text, 'There is nothing here but GET /metrics.\n'],
      [404, text, 'There is nothing here but GET /metrics.\n'],
    ]);
    for (const body of bodies) expect((await body)[2]).not.toContain(token);
  });

  it('when the scheme is written in other letters, or only the head is asked for, then that is answered', async () => {
    const metricsPort = await freePort();
    await world.telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    for (const scheme of ['bearer', 'BEARER'])
      expect((await get(metricsPort, { authorization: `${scheme} ${token}` })).status).toBe(200);
    expect((await get(metricsPort, { authorization: `bearer ${token.toUpperCase()}` })).status).toBe(401);
    const head = await get(metricsPort, { authorization: `Bearer ${token}` }, '/metrics', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    expect((await get(metricsPort, {}, '/metrics', 'HEAD')).status).toBe(401);
  });

  it('when the port is taken, then it says so, and another one works', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await world.telemetry.configure({ ...telemetryOff, metricsPort: port, metricsTokenFile: tokenFile });
    const sentence = `punctual.telemetry: port ${port} is taken by another program: set metricsPort to another.`;
    expect([world.telemetry.problems, world.lines]).toEqual([[sentence], [sentence]]);
    await new Promise((resolve) => other.close(resolve));
    const metricsPort = await freePort();
    await world.telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    expect(world.telemetry.problems).toEqual([]);
    await scrape(metricsPort);
  });

  it.each([
    ['none', '', 'name a file with one'],
    ['a relative path', 'token', 'is no absolute path'],
    ['a file that is not there', path.resolve('/no/such/token'), 'cannot be read (ENOENT)'],
  ])('when the token’s file is %s, then there are no metrics, and it says why', async (_, metricsTokenFile, words) => {
    await world.telemetry.configure({ ...telemetryOff, metricsPort: await freePort(), metricsTokenFile });
    expect(world.telemetry.problems).toEqual([expect.stringContaining(words)]);
    expect(world.loads).toBe(0);
  });

  it('when the token is short, then there are no metrics', async () => {
    await writeFile(tokenFile, 'short');
    await world.telemetry.configure({ ...telemetryOff, metricsPort: await freePort(), metricsTokenFile: tokenFile });
    expect(world.telemetry.problems).toEqual([expect.stringContaining('at least 16')]);
  });

  it('when they are switched off, then the port is free again', async () => {
    const metricsPort = await freePort();
    await world.telemetry.configure({ ...telemetryOff, metricsPort, metricsTokenFile: tokenFile });
    await scrape(metricsPort);
    await world.telemetry.configure(telemetryOff);
    await expect(get(metricsPort, {})).rejects.toThrow();
  });
});

const noTasks = { finished: 0, kept: 0, decided: 0, superseded: 0, cancelled: 0, failed: 0, refused: 0 };
