/**
 * What other programs may hear of the runtime, as the user's settings say: metrics for Prometheus, traces for OpenTelemetry. While both are
 * off nothing is kept and no code of theirs is loaded. Whatever goes wrong here is told in a sentence, and the runtime goes on.
 */
import type { Effect, Event } from '../core/event.ts';
import type { Settled } from '../core/metrics.ts';
import type { ModelId } from '../core/task.ts';
import type { LoopStatus } from '../loop/status.ts';
import type { TurnRecorder } from '../loop/turns.ts';
import { environmentEndpoint, type TelemetrySettings, telemetryOff } from '../protocol.ts';
import type { MetricsBook, Traces } from './exporters.ts';
import type { Log } from './journal.ts';
import { type Journey, Journeys } from './journeys.ts';
import { MetricsDoor } from './metrics-door.ts';
import { readToken } from './metrics-token.ts';

export interface TelemetryOptions {
  /** Of Punctual. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Brings in what needs OpenTelemetry; called at the first use. */
  readonly exporters: () => Promise<typeof import('./exporters.ts')>;
  readonly status: () => LoopStatus;
  readonly nameOf: (model: ModelId) => string;
  /** What is added to times of the runtime's clock to have ms since 1970. */
  readonly epochOffsetMs: () => number;
  readonly log: Log;
}

interface Metering {
  readonly book: MetricsBook;
  readonly door: MetricsDoor;
}

export class Telemetry implements TurnRecorder {
  readonly #options: TelemetryOptions;
  #wanted: TelemetrySettings = telemetryOff;
  /** One change after the other. */
  #changing: Promise<void> = Promise.resolve();
  #metering: Metering | undefined;
  #traces: Traces | undefined;
  /** Only while somebody wants to know of them. */
  #journeys: Journeys | undefined;
  readonly #problems = new Map<'metrics' | 'traces', string>();

  constructor(options: TelemetryOptions) {
    this.#options = options;
  }

  /** What could not be done of what the user wishes, in whole sentences. */
  get problems(): readonly string[] {
    return [...this.#problems.values()];
  }

  /** Resolves when the settings are in force; those that come meanwhile are next. Never rejects. */
  configure(settings: TelemetrySettings): Promise<void> {
    const before = this.#wanted;
    this.#wanted = settings;
    const isSame = (['metricsPort', 'metricsTokenFile'] as const).every((key) => settings[key] === before[key]);
    if (!isSame) this.#change('metrics', () => this.#meter(settings));
    if (settings.tracesEndpoint !== before.tracesEndpoint) this.#change('traces', () => this.#trace(settings));
    return this.#changing;
  }

  note(atMs: number, event: Event, effects: readonly Effect[]): void {
    if (this.#journeys === undefined) return;
    this.#journeys.note(atMs, event, effects);
    this.#metering?.book.note(event, effects);
  }

  /** A task has ended, or a workflow as a whole. */
  settled(settled: Settled): void {
    this.#metering?.book.settled(settled);
  }

  /** Ends both; what waits to be sent is sent if that is soon done. */
  dispose(): Promise<void> {
    return this.configure(telemetryOff);
  }

  #change(what: 'metrics' | 'traces', change: () => Promise<void>): void {
    this.#changing = this.#changing.then(async () => {
      this.#problems.delete(what);
      await change().catch((error: unknown) => this.#complain(what, error));
      this.#watch();
    });
  }

  async #meter({ metricsPort, metricsTokenFile }: TelemetrySettings): Promise<void> {
    const before = this.#metering;
    this.#metering = undefined;
    await before?.door.close();
    await before?.book.close();
    if (metricsPort === 0) return;
    const token = await readToken(metricsTokenFile);
    const { MetricsBook } = await this.#options.exporters();
    const book = new MetricsBook(this.#options);
    const door = new MetricsDoor({ token, text: () => book.text() });
    try {
      await door.listen(metricsPort);
    } catch (error) {
      await book.close();
      throw new Error(whyNoPort(metricsPort, error));
    }
    this.#metering = { book, door };
    this.#options.log(`metrics are at http://127.0.0.1:${metricsPort}/metrics`);
  }

  async #trace({ tracesEndpoint }: TelemetrySettings): Promise<void> {
    const before = this.#traces;
    this.#traces = undefined;
    await before?.close();
    if (tracesEndpoint === '') return;
    const url = tracesUrl(tracesEndpoint, this.#options.env);
    const { Traces } = await this.#options.exporters();
    const { version, nameOf, epochOffsetMs, log } = this.#options;
    const trouble = (why: string | undefined): void =>
      why === undefined
        ? log('traces reach the collector again')
        : log(`traces cannot be sent to ${new URL(url).host}, and are dropped until they can: ${why}`, 'warn');
    this.#traces = new Traces({ version, url, nameOf, epochOffsetMs, trouble });
    log(`traces go to ${new URL(url).host}`);
  }

  #watch(): void {
    const isOn = this.#metering !== undefined || this.#traces !== undefined;
    if (!isOn) this.#journeys = undefined;
    else this.#journeys ??= new Journeys(this.#readyModels(), (journey) => this.#over(journey));
  }

  #readyModels(): ModelId[] {
    return this.#options.status().models.flatMap(({ id, state }) => (state === 'ready' ? [id] : []));
  }

  #over(journey: Journey): void {
    this.#metering?.book.journey(journey);
    this.#traces?.journey(journey);
  }

  #complain(what: 'metrics' | 'traces', error: unknown): void {
    const sentence = `punctual.telemetry: ${error instanceof Error ? error.message : String(error)}`;
    this.#problems.set(what, sentence);
    this.#options.log(sentence, 'warn');
  }
}

function whyNoPort(port: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} is taken by another program: set metricsPort to another.`;
  if (code === 'EACCES') return `port ${port} may not be used: set metricsPort to one above 1023.`;
  return `metrics cannot be had on port ${port}: ${error instanceof Error ? error.message : String(error)}.`;
}

/** The base address of a collector, as OpenTelemetry's variables have it, or the whole one of its traces. @throws Error with a sentence. */
export function tracesUrl(endpoint: string, env: TelemetryOptions['env']): string {
  if (endpoint !== environmentEndpoint) return withPath(endpoint);
  const whole = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  if (whole) return urlOf(whole).href;
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!base) throw new Error('tracesEndpoint is environment, and OTEL_EXPORTER_OTLP_ENDPOINT is not set: set it.');
  return urlOf(`${base.replace(/\/+$/, '')}/v1/traces`).href;
}

function withPath(endpoint: string): string {
  const url = urlOf(endpoint);
  return url.pathname === '/' ? new URL('/v1/traces', url).href : url.href;
}

function urlOf(text: string): URL {
  const isUrl = /^https?:/.test(text) && URL.canParse(text);
  if (!isUrl) throw new Error('the address of the traces is none: give one such as http://127.0.0.1:4318.');
  return new URL(text);
}
