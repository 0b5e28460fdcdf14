/**
 * The figures that Prometheus reads. Names follow its conventions: base units, `_total` for what only grows. Labels are classes, models
 * by their names, and closed sets of words; no name of a file, nothing that a user wrote.
 */
import type { Counter, Histogram, Meter, ObservableResult } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Effect, Event } from '../core/event.ts';
import { isDecided, isRefused, promiseKept, type Settled } from '../core/metrics.ts';
import type { ModelId, Outcome } from '../core/task.ts';
import type { LoopStatus } from '../loop/status.ts';
import type { Journey } from './journeys.ts';

export interface Metering {
  /** Of Punctual. */
  readonly version: string;
  /** Asked at each scrape. */
  readonly status: () => LoopStatus;
  /** How people call a model: its id may be the path of its file. */
  readonly nameOf: (model: ModelId) => string;
}

/** From a keystroke's first token to a long translation's last, in seconds. */
const waitSeconds = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 20, 60, 120];
const passSeconds = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
const loadSeconds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 120];

export class MetricsBook {
  readonly #metering: Metering;
  readonly #reader = new PrometheusExporter({ preventServerStart: true });
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true);
  readonly #provider = new MeterProvider({ readers: [this.#reader] });
  readonly #tasks: Counter;
  readonly #promises: Counter;
  readonly #wasted: Counter;
  readonly #passes: Counter;
  readonly #passTokens: Counter;
  readonly #loads: Counter;
  readonly #loadFailures: Counter;
  readonly #evictions: Counter;
  readonly #ttft: Histogram;
  readonly #e2e: Histogram;
  readonly #pass: Histogram;
  readonly #load: Histogram;

  constructor(metering: Metering) {
    this.#metering = metering;
    const meter = this.#provider.getMeter('punctual');
    const counter = (name: string, description: string): Counter => meter.createCounter(name, { description });
    const seconds = (name: string, description: string, explicitBucketBoundaries: number[]): Histogram =>
      meter.createHistogram(name, { description, advice: { explicitBucketBoundaries } });
    this.#tasks = counter('punctual_tasks_total', 'Tasks that ended, by what became of them.');
    this.#promises = counter('punctual_promises_total', 'Promises that were kept or broken.');
    this.#wasted = counter('punctual_wasted_tokens_total', 'Tokens computed for tasks that ended without an answer.');
    this.#passes = counter('punctual_passes_total', 'Forward passes.');
    this.#passTokens = counter('punctual_pass_tokens_total', 'Tokens evaluated in forward passes.');
    this.#loads = counter('punctual_model_loads_total', 'Models that were loaded.');
    this.#loadFailures = counter('punctual_model_load_failures_total', 'Loads that failed.');
    this.#evictions = counter('punctual_model_evictions_total', 'Models that were told to leave memory.');
    this.#ttft = seconds('punctual_ttft_seconds', 'From the request to the first token of the answer.', waitSeconds);
    this.#e2e = seconds('punctual_e2e_seconds', 'From the request to the end of the answer.', waitSeconds);
    this.#pass = seconds('punctual_pass_seconds', 'Duration of forward passes.', passSeconds);
    this.#load = seconds('punctual_model_load_seconds', 'Duration of loads of models.', loadSeconds);
    this.#observe(meter);
  }

  /** In Prometheus's text format. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.#reader.collect();
    return this.#serializer.serialize(resourceMetrics);
  }

  close(): Promise<void> {
    return this.#provider.shutdown();
  }

  /** A task, or a workflow as a whole. */
  settled(settled: Settled): void {
    const { task, outcome, ttftMs, e2eMs } = settled;
    const labels = { class: task.class };
    this.#tasks.add(1, { ...labels, outcome: wordOf(outcome) });
    if (isDecided(settled)) {
      const isKept = promiseKept(settled);
      // Both begin together: a share of kept ones is 0 while none was kept, and not unknown.
      this.#promises.add(Number(isKept), { ...labels, result: 'kept' });
      this.#promises.add(Number(!isKept), { ...labels, result: 'broken' });
    }
    if (outcome.kind !== 'finished') return;
    if (ttftMs !== undefined) this.#ttft.record(ttftMs / 1_000, labels);
    this.#e2e.record(e2eMs / 1_000, labels);
  }

  journey({ class: name, outcome, prefillTokens, decodeTokens }: Journey): void {
    if (outcome.kind === 'finished') return;
    if (prefillTokens > 0) this.#wasted.add(prefillTokens, { class: name, kind: 'prefill' });
    if (decodeTokens > 0) this.#wasted.add(decodeTokens, { class: name, kind: 'decode' });
  }

  note(event: Event, effects: readonly Effect[]): void {
    for (const effect of effects) if (effect.kind === 'unload') this.#evictions.add(1, this.#modelOf(effect.model));
    switch (event.kind) {
      case 'pass': {
        const { model, kind, tokens, wallMs } = event.pass;
        const labels = { ...this.#modelOf(model), kind };
        this.#passes.add(1, labels);
        this.#passTokens.add(tokens, labels);
        return this.#pass.record(wallMs / 1_000, labels);
      }
      case 'loaded':
        this.#loads.add(1, this.#modelOf(event.model));
        return this.#load.record(event.info.loadMs / 1_000, this.#modelOf(event.model));
      case 'loadFailed':
        return this.#loadFailures.add(1, this.#modelOf(event.model));
      default:
        return;
    }
  }

  #modelOf(id: ModelId): { model: string } {
    return { model: this.#metering.nameOf(id) };
  }

  /** What is so at the moment of the scrape. */
  #observe(meter: Meter): void {
    const { version, status } = this.#metering;
    const gauge = (name: string, description: string, tell: (result: ObservableResult) => void): void =>
      meter.createObservableGauge(name, { description }).addCallback(tell);
    gauge('punctual_build_info', 'Version of Punctual.', (result) => result.observe(1, { version }));
    gauge('punctual_promise_target_seconds', 'What was last promised.', (result) => {
      for (const { class: name, sla } of status().classes)
        if (sla !== undefined) result.observe(sla.targetMs / 1_000, { class: name, kind: sla.kind });
    });
    gauge('punctual_queue', 'Tasks that are waiting, and that are running.', (result) => {
      for (const { class: name, waiting, running } of status().classes) {
        result.observe(waiting, { class: name, state: 'waiting' });
        result.observe(running, { class: name, state: 'running' });
      }
    });
    gauge('punctual_model_memory_bytes', 'Memory that a model and its contexts take; 0: it is not there.', (result) => {
      for (const { id, state, info } of status().models)
        result.observe(state === 'ready' ? (info?.memoryBytes ?? 0) : 0, this.#modelOf(id));
    });
    const errors = 'How wrong predicted times of forward passes were: 0.1 is 10 %.';
    gauge('punctual_cost_model_error_ratio', errors, (result) => {
      for (const { id, prefillError, decodeError } of status().models)
        for (const [kind, error] of [['prefill', prefillError] as const, ['decode', decodeError] as const]) {
          if (error === undefined) continue;
          result.observe(error.p50, { ...this.#modelOf(id), kind, quantile: '0.5' });
          result.observe(error.p90, { ...this.#modelOf(id), kind, quantile: '0.9' });
        }
    });
    meter
      .createObservableCounter('punctual_engine_restarts_total', { description: 'Times that the engine was lost.' })
      .addCallback((result) => result.observe(status().engineRestarts));
  }
}

function wordOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'finished':
      return 'finished';
    case 'cancelled':
      return outcome.by === 'superseded' ? 'superseded' : 'cancelled';
    case 'failed':
      return isRefused(outcome) ? 'refused' : 'failed';
    default:
      return outcome satisfies never;
  }
}
