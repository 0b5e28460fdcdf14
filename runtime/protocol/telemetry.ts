/**
 * What the user has the runtime tell other programs of itself. Nothing by default; one object for the machine, as there is one runtime
 * for all windows.
 */
import { z } from 'zod';

/** In place of an address: it is taken from OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT, which count for nothing else. */
export const environmentEndpoint = 'environment';

export const telemetrySettingsSchema = z.object({
  /** Of 127.0.0.1; 0: no metrics. */
  metricsPort: z.number().int().min(0).max(65_535).default(0),
  /** An absolute path. Whoever asks for the metrics shows what the file says; without one nobody is answered. */
  metricsTokenFile: z.string().max(4096).default(''),
  /** Of an OpenTelemetry collector that takes OTLP over HTTP, or {@link environmentEndpoint}; empty: no traces. */
  tracesEndpoint: z
    .string()
    .max(2048)
    .regex(/^(|environment|https?:\/\/\S+)$/)
    .default(''),
});
export type TelemetrySettings = z.infer<typeof telemetrySettingsSchema>;

export const telemetryOff: TelemetrySettings = telemetrySettingsSchema.parse({});
