/** Summaries and translations beside the completions: Poisson arrivals, so many for each editing session. Pure. */
import { lognormal, newRandom, poissonTimesMs, type Random } from '../random.ts';
import { type BackgroundClass, background } from '../workloads.ts';
import type { Arrival } from './arrivals.ts';
import { inventedTokens } from './prompt-tokens.ts';

/** Prompts of the classes have numbers of their own; `azure.ts` uses those from 2 x this on. */
const promptsOfClass = 16_384;

/** `load` is the number of editing sessions at a time that the work belongs to. */
export function backgroundArrivals(options: { seed: number; load: number; durationMs: number }): Arrival[] {
  const classes = ['summarize', 'translate'] as const;
  return classes.flatMap((name, index) => {
    const work: BackgroundClass = background[name];
    const random = newRandom(options.seed, name);
    const perSecond = (options.load * work.perMinute) / 60;
    return poissonTimesMs(random, perSecond, options.durationMs).map((atMs, place): Arrival => {
      const lengths = drawLengths(random, work);
      return {
        id: `${name} ${place}`,
        atMs,
        class: name,
        sla: { kind: 'e2e', targetMs: work.targetMs },
        promptTokens: inventedTokens(index * promptsOfClass + place, lengths.prompt),
        answerTokens: lengths.answer,
        maxTokens: work.maxTokens,
        uncachedTokens: lengths.prompt,
      };
    });
  });
}

function drawLengths(random: Random, work: BackgroundClass): { prompt: number; answer: number } {
  const prompt = Math.round(lognormal(random, work.promptTokens.median, work.promptTokens.variation));
  const promptCut = Math.min(Math.max(prompt, 16), work.promptTokens.max);
  const factor = work.answerTokens.perPrompt ? promptCut : 1;
  const answer = Math.round(factor * lognormal(random, work.answerTokens.median, work.answerTokens.variation));
  return { prompt: promptCut, answer: Math.min(Math.max(answer, 4), work.maxTokens) };
}
