import { describe, expect, it } from 'vitest';
import { harmlessMarkdown, plainMarkdown, summaryMarkdown } from '../../extension/summary-text.ts';

describe('Markdown that a model wrote', () => {
  it.each([
    ['See ![x](https://evil.example/?leak)', 'See ! [x](https://evil.example/?leak)'],
    ['![x][ref]\n\n[ref]: https://evil.example', '! [x][ref]\n\n[ref]: https://evil.example'],
    ['<img src="https://evil.example">', '< img src="https://evil.example">'],
    ['<p\nstyle="background: url(https://evil.example)">', '< p\nstyle="background: url(https://evil.example)">'],
  ])('when it would load something from elsewhere, then it does not: %j', (text, harmless) => {
    expect(harmlessMarkdown(text)).toBe(harmless);
  });

  it('when it is prose and code, then it is as it was', () => {
    const text =
      'A `List<String>` of items [here](a.ts), `!x`, and `a < b`.\n\n```ts\nconst x: Array<number> = [];\n```';
    expect(harmlessMarkdown(text)).toBe(text);
  });

  it('when a summary grows piece by piece, then no piece of a picture slips through', () => {
    const body = 'a !' + '[x](https://evil.example)';
    expect(summaryMarkdown({ source: 'a.ts', demo: false, body })).not.toContain('![');
  });

  it('when a name has signs of Markdown in it, then they are no more than that', () => {
    expect(plainMarkdown('[a](b) *c* <d> e-f')).toBe('\\[a\\]\\(b\\) \\*c\\* \\<d\\> e\\-f');
  });
});
