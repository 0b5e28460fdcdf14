/** Names that somebody may have meant. Pure. */
import { sentence, type Words } from '../core/sentence.ts';

/** Suggestions at most: more is a list, and there is a command for that. */
const suggestionsMax = 3;
/** Wrong letters that are forgiven, as a share of the name: `qwen2.5-coder-15b` is a slip, `llama` is another model. */
const wrongShareMax = 0.34;
/** Shorter words stand in many names. */
const wordCharsMin = 2;
/** Longer names are of no model, and the comparison takes time with their square. */
const nameCharsMax = 128;

/** The names nearest to what was typed, the nearest first; those that begin as it does, or have all its words, count as near. */
export function nearNames(typed: string, names: Iterable<string>): readonly string[] {
  const wanted = typed.toLowerCase();
  if (wanted.length > nameCharsMax || wanted === '') return [];
  return [...new Set(names)]
    .map((name) => ({ name, distance: distanceOf(wanted, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= wrongShareMax * Math.max(wanted.length, name.length))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, suggestionsMax)
    .map(({ name }) => name);
}

/** ` (did you mean x or y?)`, to stand behind the name in a sentence; empty when nothing is near. */
export function didYouMean(typed: string, models: Iterable<{ readonly name: string }>): Words {
  const near = nearNames(
    typed,
    Array.from(models, ({ name }) => name),
  );
  return near.length === 0 ? '' : sentence(' (did you mean {0}?)', near.join(' or '));
}

function distanceOf(wanted: string, name: string): number {
  if (name.startsWith(wanted)) return 0;
  const words = wanted.split(/[^a-z0-9.]+/).filter((word) => word.length >= wordCharsMin);
  const hasAll = words.length > 0 && words.every((word) => name.includes(word));
  return hasAll ? 1 : editDistance(wanted, name);
}

/** Letters to insert, delete or replace (Levenshtein), by two rows of the table. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
