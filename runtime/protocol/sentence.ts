/**
 * Sentences on the wire. Where an object has one, its member is the English sentence, and `said` has by the member's name what the sentence
 * was made of: `{title: 'No model serves summaries.', said: {title: {template: 'No model serves {0}.', args: [{template: 'summaries', args: []}]}}}`.
 * Whoever has a language says the template in it; whoever has none, or does not know `said`, says the member as it is.
 */
import * as z from 'zod/mini';
import { isWording, Sentence, type Wording, type Words } from '../core/sentence.ts';

/** As the runtime makes it a sentence; as a client hears it a string. */
export const wordsSchema = z.pipe(
  z.custom<Words>((value) => typeof value === 'string' || value instanceof Sentence),
  z.transform(String),
);

const wordingSchema = z.custom<Wording>(isWording);

/** Of a list of sentences there is one for each; null for what is said as it is. */
export const saidSchema = z.record(z.string(), z.union([wordingSchema, z.array(z.nullable(wordingSchema))]));
export type Said = z.infer<typeof saidSchema>;

/** A message as it is heard: every sentence in it in the words of `say`. What was sent without them stays English. */
export function asHeard(value: unknown, say: (wording: Wording) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => asHeard(each, say));
  if (typeof value !== 'object' || value === null) return value;
  const heard: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) heard[name] = asHeard(member, say);
  const said = saidSchema.safeParse(heard['said']);
  if (!said.success) return heard;
  for (const [name, wording] of Object.entries(said.data)) {
    const english = heard[name];
    if (!Array.isArray(wording)) heard[name] = say(wording);
    else if (Array.isArray(english)) heard[name] = english.map((each, at) => (wording[at] ? say(wording[at]) : each));
  }
  return heard;
}
