/**
 * What the user has the runtime tell other programs of itself. Nothing by default; one object for the machine, as there is one runtime
 * for all windows.
 */
import * as z from 'zod/mini';

/** In place of an address: it is taken from OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT, which count for nothing else. */
export const environmentEndpoint = 'environment';

export const telemetrySettingsSchema = z.object({
  /** Of 127.0.0.1; 0: no metrics. */
  metricsPort: z._default(z.int().check(z.minimum(0), z.maximum(65_535)), 0),
  /** An absolute path. Whoever asks for the metrics shows what the file says; without one nobody is answered. */
  metricsTokenFile: z._default(z.string().check(z.maxLength(4096)), ''),
  /** Of an OpenTelemetry collector that takes OTLP over HTTP, or {@link environmentEndpoint}; empty: no traces. */
  tracesEndpoint: z._default(
    z
      .string()
      .check(
        z.maxLength(2048),
        z.regex(
          /^(|environment|https?:\/\/\S+)$/,
          "give an address that begins with http:// or https://, or the word 'environment'",
        ),
      ),
    '',
  ),
});
export type TelemetrySettings = z.infer<typeof telemetrySettingsSchema>;

export const telemetryOff: TelemetrySettings = telemetrySettingsSchema.parse({});
