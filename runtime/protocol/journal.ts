/** What stands in a line of the runtime's log file: `logs/runtime.jsonl` in the home folder, and older ones beside it. */
import * as z from 'zod/mini';

/** The gravest last. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export const logLevelSchema = z.enum(logLevels);
export type LogLevel = z.infer<typeof logLevelSchema>;

/** Which part of the runtime speaks. */
export const logAreas = [
  'runtime',
  'server',
  'scheduler',
  'engine',
  'models',
  'machine',
  'state',
  'telemetry',
] as const;
export type LogArea = (typeof logAreas)[number];

export const logEntrySchema = z.object({
  /** ISO 8601, in UTC. */
  time: z.iso.datetime(),
  level: logLevelSchema,
  /** One of {@link logAreas}; a newer runtime may have more. */
  area: z.string().check(z.maxLength(64)),
  /** A sentence for people, without code and without tokens. */
  message: z.string(),
  /** The facts of the sentence, where programs look for them. */
  fields: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

/** Whether an entry of this level is to be seen by who asked for that one and graver ones. */
export function isLevelShown(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}
