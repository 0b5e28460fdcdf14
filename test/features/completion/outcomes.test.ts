import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Offered, Outcomes, retainedMs, seenMs } from '../../../runtime/features/completion/outcomes.ts';

const about = { language: 'rust', model: 'Tiny' };
const before = 'fn main() {\n    let a = ';
const after = '\n}\n';

function offer(text: string, more: Partial<Offered> = {}): Offered {
  return { before, after, text, isTentative: false, about, ...more };
}

/** One document in which a suggestion was made at 0 ms; each step says what outcomes it had. */
class Story {
  readonly outcomes = new Outcomes();
  readonly told: string[] = [];

  constructor(offered: Offered) {
    this.#tell(this.outcomes.offered('d', offered, 0));
  }

  /** The line goes on so. */
  line(line: string, atMs: number): this {
    return this.text(before + line + after, atMs);
  }

  text(text: string, atMs: number): this {
    return this.#tell(this.outcomes.edited('d', text, atMs));
  }

  offer(offered: Offered, isRest: boolean, atMs: number): this {
    if (isRest && this.outcomes.isStanding('d')) return this;
    return this.#tell(this.outcomes.offered('d', offered, atMs));
  }

  accepted(atMs: number): this {
    return this.#tell(this.outcomes.accepted('d', atMs));
  }

  lapsed(atMs: number): this {
    return this.#tell(this.outcomes.lapsed(atMs));
  }

  #tell(outcomes: ReturnType<Outcomes['lapsed']>): this {
    for (const { kind, language, model } of outcomes) {
      expect({ language, model }).toEqual(about);
      this.told.push(kind);
    }
    return this;
  }
}

describe('what became of a suggestion', () => {
  it('when all of it comes at once, then it was taken, and half a minute later it is looked for', () => {
    const story = new Story(offer('compute();')).line('compute();', 900);
    expect(story.told).toEqual(['shown', 'accepted']);
    expect(story.outcomes.dueMs).toBe(900 + retainedMs);
    expect(
      story
        .line('compute();\n    more', 5_000)
        .lapsed(900 + retainedMs)
        .told.slice(2),
    ).toEqual(['retained']);
    expect(story.outcomes.dueMs).toBeUndefined();
  });

  it('when it was taken and then changed, then it is lost', () => {
    const story = new Story(offer('compute();'))
      .line('compute();', 900)
      .line('7;', 4_000)
      .line('7;\n', 900 + retainedMs);
    expect(story.told).toEqual(['shown', 'accepted', 'lost']);
  });

  it('when the document has grown above it, then what was taken is still found', () => {
    const story = new Story(offer('compute();')).line('compute();', 900);
    story.text(`use std;\n${before}compute();${after}`, 2_000).lapsed(900 + retainedMs);
    expect(story.told.at(-1)).toBe('retained');
  });

  it('when the editor says that it was taken, then that counts once, before or behind the edit', () => {
    expect(new Story(offer('compute();')).line('compute();', 900).accepted(905).told).toEqual(['shown', 'accepted']);
    expect(new Story(offer('compute();')).accepted(900).line('compute();', 905).told).toEqual(['shown', 'accepted']);
    // The editor has indented it in its own way.
    expect(new Story(offer('compute();')).line('compute( );', 900).accepted(905).told).toEqual(['shown', 'accepted']);
  });

  it('when a word of it was taken and then something else typed, then it was taken in part', () => {
    const story = new Story(offer('compute(first, second);')).line('compute(', 900).line('compute(x', 1_500);
    expect(story.offer(offer('y'), false, 2_000).told).toEqual(['shown', 'partly']);
  });

  it('when words of it were taken to its end, then it was taken', () => {
    const story = new Story(offer('compute(first);')).line('compute(', 900).line('compute(first', 1_200);
    expect(story.line('compute(first);', 1_500).told).toEqual(['shown', 'accepted']);
  });

  it('when something else is typed after it was seen, then it was rejected', () => {
    const story = new Story(offer('compute();')).line('7', 2_000);
    expect(story.told).toEqual([]);
    expect(story.line('7;', 2_200).told).toEqual(['shown', 'rejected']);
  });

  it('when it was there for too short a time to be read, then nothing is said of it', () => {
    expect(new Story(offer('compute();')).line('7', seenMs - 1).line('7;', 2_000).told).toEqual([]);
  });

  it('when it is typed on as it says, then it stands, and its rest is the same suggestion', () => {
    const story = new Story(offer('compute();')).line('c', 200).line('co', 400).line('com', 600);
    story.offer(offer('pute();'), true, 650);
    expect(story.told).toEqual([]);
    expect(story.line('comX', 900).line('comXY', 1_000).told).toEqual(['shown', 'rejected']);
  });

  it('when it is typed to its end by hand, then it was of no use', () => {
    const story = new Story(offer('a;')).line('a', 300).line('a;', 600);
    expect(story.told).toEqual(['shown']);
    expect(story.outcomes.dueMs).toBeUndefined();
  });

  it('when a bracket closes by itself, then that is typing', () => {
    const story = new Story(offer('(first, second)')).text(`${before}()${after}`, 300);
    expect(story.text(`${before}(first, second)${after}`, 900).told).toEqual(['shown', 'accepted']);
  });

  it('when another suggestion takes its place, then it was rejected', () => {
    expect(new Story(offer('compute();')).offer(offer('other'), false, 900).told).toEqual(['shown', 'rejected']);
  });

  it('when it went on from an entry of the list, then only that it was taken says something', () => {
    const tentative = offer('pute();', { before: `${before}com`, isTentative: true });
    expect(new Story(tentative).line('c', 900).line('co', 1_200).told).toEqual([]);
    expect(new Story(tentative).line('compute();', 900).told).toEqual(['shown', 'accepted']);
  });

  it('when a document is closed or everything is forgotten, then nothing more is told', () => {
    const story = new Story(offer('compute();')).line('compute();', 900);
    expect(story.outcomes.closed('d')).toEqual([]);
    expect(story.outcomes.dueMs).toBeUndefined();
    const other = new Story(offer('compute();')).line('compute();', 900);
    other.outcomes.forget();
    expect(other.outcomes.lapsed(1e9)).toEqual([]);
  });

  it('when many documents are edited, then the ones not heard of for longest are let go', () => {
    const outcomes = new Outcomes();
    for (let index = 0; index < 200; index += 1) outcomes.offered(`d${index}`, offer('abc'), 0);
    expect(outcomes.edited('d0', `${before}abc${after}`, 500)).toEqual([]);
    expect(outcomes.edited('d199', `${before}abc${after}`, 500)).toHaveLength(2);
  });

  it('when anything is edited, then a suggestion has one end at most', () => {
    const line = fc.constantFrom('', 'c', 'co', 'comp', 'compute', 'compute();', 'x', 'compute();x');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.integer({ min: 0, max: 2_000 })), { maxLength: 12 }), (edits) => {
        const story = new Story(offer('compute();'));
        let atMs = 0;
        for (const [text, gapMs] of edits) {
          atMs += gapMs;
          story.line(text, atMs);
        }
        story.offer(offer('other'), false, atMs + 1);
        const ends = story.told.filter((kind) => ['accepted', 'partly', 'rejected'].includes(kind));
        expect(ends.length).toBeLessThanOrEqual(1);
        expect(story.told.filter((kind) => kind === 'shown').length).toBeLessThanOrEqual(1);
        if (ends.length > 0) expect(story.told).toContain('shown');
      }),
    );
  });
});
