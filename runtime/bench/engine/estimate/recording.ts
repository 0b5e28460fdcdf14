/** What happened on an engine and when: all that is needed to ask afterwards what could have been predicted. Pure. */
import type { EngineEvent, EngineRequest } from '../../../engine/engine.ts';

export type Happening =
  | { readonly kind: 'start'; readonly atMs: number; readonly request: EngineRequest }
  | { readonly kind: 'stop'; readonly atMs: number; readonly id: string }
  | { readonly kind: 'event'; readonly atMs: number; readonly event: EngineEvent };

/** In order of time. */
export type Recording = readonly Happening[];

/** What is known of a request once all is over. */
export interface Life {
  readonly request: EngineRequest;
  readonly startMs: number;
  /** Undefined when it never got a sequence. */
  promptTokens?: number;
  reusedTokens?: number;
  firstTokenMs?: number;
  endMs?: number;
  stopMs?: number;
  /** It ended by itself: its length is known. */
  finished: boolean;
  tokens: number;
}

export function livesOf(recording: Recording): Map<string, Life> {
  const lives = new Map<string, Life>();
  for (const happening of recording) {
    if (happening.kind === 'start') {
      const { request, atMs } = happening;
      lives.set(request.id, { request, startMs: atMs, finished: false, tokens: 0 });
    } else if (happening.kind === 'stop') {
      const life = lives.get(happening.id);
      if (life !== undefined) life.stopMs ??= happening.atMs;
    } else learnEvent(lives, happening.event, happening.atMs);
  }
  return lives;
}

function learnEvent(lives: Map<string, Life>, event: EngineEvent, atMs: number): void {
  if (event.kind !== 'accepted' && event.kind !== 'tokens' && event.kind !== 'ended') return;
  const life = lives.get(event.id);
  if (life === undefined) return;
  switch (event.kind) {
    case 'accepted':
      // A request that gave its sequence up is accepted twice; its prompt is that of the first time.
      life.promptTokens ??= event.promptTokens;
      life.reusedTokens ??= event.reusedTokens;
      break;
    case 'tokens':
      if (event.tokens.length > 0) life.firstTokenMs ??= atMs;
      life.tokens += event.tokens.length;
      break;
    case 'ended':
      life.endMs = atMs;
      life.finished = event.outcome.kind === 'finished';
      break;
    default:
      event satisfies never;
  }
}
