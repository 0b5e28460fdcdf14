import { describe, expect, it } from 'vitest';
import { filterNames } from '../../../../runtime/features/completion/filters/filter.ts';
import { postprocess } from '../../../../runtime/features/completion/filters/postprocess.ts';
import { readCases } from '../cases.ts';

const cases = readCases();

describe('post-processing, case by case', () => {
  it.each(cases.map((one) => [one.title, one] as const))('%s', (_, { answer, place, verdict, shown }) => {
    const { text, dropped, changed } = postprocess(answer, place);
    const told = dropped !== undefined ? `dropped by ${dropped}` : changed.join(', ') || 'unchanged';
    expect({ verdict: told, text }).toEqual({ verdict, text: shown });
  });

  it('when an answer has been filtered, then to filter it again changes nothing', () => {
    for (const { title, answer, place } of cases) {
      const { text } = postprocess(answer, place);
      expect({ title, text: postprocess({ text }, place).text }).toEqual({ title, text });
    }
  });

  it('when the cases are counted, then every filter acts in one and there is one without any for most languages', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
    const acting = new Set(cases.flatMap(({ verdict }) => verdict.replace('dropped by ', '').split(', ')));
    expect(filterNames.filter((name) => !acting.has(name))).toEqual([]);
    const untouched = cases.filter(({ verdict }) => verdict === 'unchanged');
    expect(untouched.length).toBeGreaterThanOrEqual(50);
    expect(new Set(untouched.map(({ place }) => place.languageId)).size).toBeGreaterThanOrEqual(10);
  });
});
