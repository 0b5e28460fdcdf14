/** Completions of the Azure code trace: a contiguous window of one half, its time scaled to the load. Lengths only, no text. Pure. */
import { newRandom } from '../random.ts';
import { azure, sessions } from '../workloads.ts';
import type { Arrival } from './arrivals.ts';
import { inventedTokens } from './prompt-tokens.ts';
import type { SessionsOptions } from './sessions.ts';
import { halfOf, type ServedRequest } from './traces.ts';

/** The numbers of these prompts begin where those of the background end. */
const firstPrompt = 32_768;

/** No prompt shares anything with another, and nobody takes a request back: the trace knows of neither. */
export function azureArrivals(served: readonly ServedRequest[], options: SessionsOptions): Arrival[] {
  const half = halfOf(served.length, options.window);
  return windowOf(served.slice(half.start, half.end), options).map(({ atMs, inputTokens, outputTokens }, place) => {
    const promptTokens = inventedTokens(firstPrompt + place, Math.max(Math.round(inputTokens * azure.promptScale), 1));
    return {
      id: `azure completion ${place}`,
      atMs,
      class: 'completion',
      sla: { kind: 'ttft', targetMs: options.targetMs },
      promptTokens,
      answerTokens: Math.min(Math.max(outputTokens, 1), sessions.maxTokens),
      maxTokens: sessions.maxTokens,
      uncachedTokens: promptTokens.length,
    };
  });
}

/** From a random moment on, as long as the duration lasts; after its end the half begins again. Times are those of the load. */
function windowOf(half: readonly ServedRequest[], { seed, load, durationMs }: SessionsOptions): ServedRequest[] {
  const halfStartMs = half[0]?.atMs ?? 0;
  const halfMs = (half[half.length - 1]?.atMs ?? 0) - halfStartMs;
  /** Ms of the load for one ms of the trace. */
  const scale = half.length / halfMs / ((load * azure.perMinute) / 60_000);
  const startMs = newRandom(seed, 'azure')() * halfMs;
  const rounds = Math.ceil(durationMs / scale / halfMs) + 1;
  return Array.from({ length: rounds }, (_, round) =>
    half.map((request) => ({ ...request, atMs: (request.atMs - halfStartMs - startMs + round * halfMs) * scale })),
  )
    .flat()
    .filter(({ atMs }) => atMs >= 0 && atMs < durationMs);
}
