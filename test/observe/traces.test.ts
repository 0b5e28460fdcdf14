import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tracesUrl } from '../../runtime/observe/telemetry.ts';
import { telemetryOff } from '../../runtime/protocol.ts';
import { Collector, type Span } from './collector.ts';
import { freePort, play, TelemetryWorld, task } from './telemetry-world.ts';

let world: TelemetryWorld;
const collectors: Collector[] = [];
beforeEach(() => {
  world = new TelemetryWorld();
});
afterEach(async () => {
  await world.telemetry.dispose();
  for (const collector of collectors.splice(0)) await collector.close();
});

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
    await world.telemetry.configure({ ...telemetryOff, tracesEndpoint: address });
    play(world.telemetry, task('t1'));
    await world.telemetry.dispose();
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
    expect(bodies.join('')).not.toMatch(/canary|home|gguf/);
  });

  it('when calls belong to a workflow, then the later ones are linked to the first', async () => {
    const { address, has } = await bound();
    await world.telemetry.configure({ ...telemetryOff, tracesEndpoint: address });
    const rest = {
      workflow: 'w1',
      deadlineMs: 9_000,
      prefillTokens: 0,
      decodeTokens: 0,
      leastTokens: 0,
      sideBySide: 1,
    };
    play(world.telemetry, task('t1', { rest }));
    play(world.telemetry, task('t2', { rest }), {
      kind: 'failed',
      error: { code: 'engineLost', message: 'canary in a message' },
    });
    play(world.telemetry, task('t3'));
    await world.telemetry.dispose();
    const spans = (await has(3)).filter(({ name }) => name === 'punctual summarize');
    expect(spans.map(({ links = [] }) => links.map(({ spanId }) => spanId))).toEqual([[], [spans[0]?.spanId], []]);
    expect(spans[1]?.status).toEqual({ code: 2, message: 'engineLost' });
  });

  it('when the collector cannot be reached, then that is told once, and tasks go on', async () => {
    const port = await freePort();
    await world.telemetry.configure({ ...telemetryOff, tracesEndpoint: `http://127.0.0.1:${port}` });
    const told = new Promise<void>((resolve) => {
      const push = world.lines.push.bind(world.lines);
      world.lines.push = (...more: string[]) => {
        if (more.some((line) => line.includes('cannot be sent'))) resolve();
        return push(...more);
      };
    });
    for (let count = 0; count < 300; count += 1) play(world.telemetry, task(`t${count}`));
    await told;
    for (let count = 300; count < 600; count += 1) play(world.telemetry, task(`t${count}`));
    await world.telemetry.dispose();
    expect(world.lines.filter((line) => line.includes('cannot be sent'))).toHaveLength(1);
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
