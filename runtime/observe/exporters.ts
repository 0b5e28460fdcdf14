/** The part of telemetry that needs OpenTelemetry: a program of its own (dist/telemetry.mjs), imported once the user has asked for it. */
export { type Metering, MetricsBook } from './metrics-book.ts';
export { type TraceSettings, Traces } from './traces.ts';
