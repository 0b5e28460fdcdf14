import { describe, expect, it } from 'vitest';
import { lighterThan } from '../../runtime/models/lighter.ts';
import { absent, demo, imported } from './role-fixtures.ts';

const own = imported('own', ['summarize'], { parameters: 7e9 });
const small = imported('small', ['summarize'], { parameters: 0.5e9 });
const middle = imported('middle', ['summarize', 'translate'], { parameters: 3e9 });

const names = (models: Parameters<typeof lighterThan>[1]): string[] =>
  lighterThan(own, models, 'summarize').map(({ name }) => name);

describe('models that are smaller than the chosen one', () => {
  it('when there are several, then the largest comes first, in whatever order they are listed, and the chosen one is none', () => {
    expect(names([small, own, middle])).toEqual(['middle', 'small']);
    expect(names([middle, small, own])).toEqual(['middle', 'small']);
  });

  it('when one is larger, serves other roles, is a demonstration, reserved, or not installed, then it is none of them', () => {
    const larger = imported('larger', ['summarize'], { parameters: 14e9 });
    const other = imported('other', ['completion'], { parameters: 1e9 });
    const reserved = { ...imported('reserved', ['summarize'], { parameters: 1e9 }), reserved: 'its licence' };
    expect(names([own, larger, other, reserved, demo(), absent('qwen2.5-coder-3b')])).toEqual([]);
  });
});
