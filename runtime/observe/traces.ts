/**
 * Traces for an OpenTelemetry collector: a span for each task, and in it one for each thing that its asker waited for. Times, classes and
 * models; nothing that a user wrote. What cannot be sent is dropped within a bound, and told once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ModelId } from '../core/task.ts';
import type { Journey } from './journeys.ts';

export interface TraceSettings {
  /** Of Punctual. */
  readonly version: string;
  /** Where spans are posted to: the whole address. */
  readonly url: string;
  /** What is added to times of the runtime's clock to have ms since 1970. */
  readonly epochOffsetMs: () => number;
  readonly nameOf: (model: ModelId) => string;
  /** The collector cannot be reached, or can again (undefined): each is told once, when it begins. */
  readonly trouble: (why: string | undefined) => void;
  /** How long spans wait for others to go with them. */
  readonly delayMs?: number;
}

/** Spans that wait to be sent; beyond it they are dropped. A busy minute makes about so many. */
const waitingMax = 2_048;
const sendMsMax = 5_000;
/** A collector that does not answer does not hold up the end of the runtime. */
const closeMsMax = 1_000;
/** Workflows whose first call is remembered, to link the others to it. */
const workflowsMax = 64;

export class Traces {
  readonly #settings: TraceSettings;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #workflows = new Map<string, Link['context']>();

  constructor(settings: TraceSettings) {
    const { url, version, trouble, delayMs = 2_000 } = settings;
    this.#settings = settings;
    const exporter = toldOnce(new OTLPTraceExporter({ url, timeoutMillis: sendMsMax }), trouble);
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'punctual', 'service.version': version }),
      spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: waitingMax, scheduledDelayMillis: delayMs })],
    });
    this.#tracer = this.#provider.getTracer('punctual', version);
  }

  journey(journey: Journey): void {
    const offsetMs = this.#settings.epochOffsetMs();
    const { class: name, arrivalMs, endMs, outcome, workflow } = journey;
    const span = this.#tracer.startSpan(
      `punctual ${name}`,
      { startTime: offsetMs + arrivalMs, attributes: this.#attributesOf(journey), links: this.#linksOf(workflow) },
      ROOT_CONTEXT,
    );
    if (workflow !== undefined && !this.#workflows.has(workflow)) this.#remember(workflow, span.spanContext());
    // The message may name a file; the code does not.
    if (outcome.kind === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.error.code });
    const inside = trace.setSpan(ROOT_CONTEXT, span);
    for (const [part, fromMs, toMs] of partsOf(journey)) this.#part(part, offsetMs + fromMs, offsetMs + toMs, inside);
    span.end(offsetMs + endMs);
  }

  /** Sends what waits, if that is soon done. Never rejects. */
  async close(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      this.#provider.shutdown().catch(() => undefined),
      delay(closeMsMax, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  #part(name: string, startTime: number, endTime: number, inside: Context): void {
    this.#tracer.startSpan(name, { startTime }, inside).end(endTime);
  }

  #attributesOf({
    class: name,
    sla,
    model,
    kept,
    outcome,
    relegated,
    prefillTokens,
    decodeTokens,
    workflow,
  }: Journey): Attributes {
    return {
      'punctual.class': name,
      'punctual.model': this.#settings.nameOf(model),
      'punctual.promise.kind': sla.kind,
      'punctual.promise.target_ms': sla.targetMs,
      'punctual.promise.kept': kept,
      'punctual.outcome': outcome.kind === 'cancelled' ? outcome.by : outcome.kind,
      'punctual.relegated': relegated,
      'punctual.prefill_tokens': prefillTokens,
      'punctual.decode_tokens': decodeTokens,
      ...(workflow !== undefined && { 'punctual.workflow': workflow }),
    };
  }

  /** The other calls of a workflow point to the first one that ended. */
  #linksOf(workflow: string | undefined): Link[] {
    const first = workflow === undefined ? undefined : this.#workflows.get(workflow);
    return first === undefined ? [] : [{ context: first }];
  }

  #remember(workflow: string, context: Link['context']): void {
    this.#workflows.set(workflow, context);
    const [oldest] = this.#workflows.keys();
    if (this.#workflows.size > workflowsMax && oldest !== undefined) this.#workflows.delete(oldest);
  }
}

type Part = readonly [name: 'load wait' | 'queue' | 'prefill' | 'decode', fromMs: number, toMs: number];

/** One after the other; what did not happen is left out. */
function partsOf({ arrivalMs, loadedMs, startMs, firstTokenMs, endMs }: Journey): Part[] {
  const readyMs = loadedMs ?? arrivalMs;
  const parts: Part[] = [
    ['load wait', arrivalMs, readyMs],
    ['queue', readyMs, startMs ?? endMs],
  ];
  if (startMs !== undefined) parts.push(['prefill', startMs, firstTokenMs ?? endMs]);
  if (firstTokenMs !== undefined) parts.push(['decode', firstTokenMs, endMs]);
  return parts.filter(([, fromMs, toMs]) => toMs > fromMs);
}

/** The SDK says nothing of what it could not send. */
function toldOnce(exporter: SpanExporter, trouble: TraceSettings['trouble']): SpanExporter {
  let isTold = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const isFailed = result.error !== undefined || result.code !== 0;
        if (isFailed !== isTold) trouble(isFailed ? (result.error?.message ?? 'it was refused') : undefined);
        isTold = isFailed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
