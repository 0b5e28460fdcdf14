/**
 * The wire: method names, zod schemas, and the types inferred from them. The only file of the runtime, beside the client, that the
 * extension imports; its parts are in protocol/.
 *
 * LSP carries documents and completions, `punctual/*` the rest. Everything is checked on arrival, on both sides; types of the
 * core never cross. Unknown members are ignored, so that a newer peer may add some.
 */
export * from './protocol/completion.ts';
export * from './protocol/context.ts';
export * from './protocol/dashboard.ts';
export * from './protocol/diagnose.ts';
export * from './protocol/feedback.ts';
export * from './protocol/generate.ts';
export * from './protocol/journal.ts';
export * from './protocol/log.ts';
export * from './protocol/models.ts';
export * from './protocol/offer.ts';
export * from './protocol/rendezvous.ts';
export * from './protocol/residency.ts';
export * from './protocol/sentence.ts';
export * from './protocol/settings.ts';
export * from './protocol/shared.ts';
export * from './protocol/status.ts';
export * from './protocol/telemetry.ts';
export * from './protocol/text.ts';

/** Raised when an older peer could no longer understand a newer one. */
export const protocolVersion = 1;
