import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { codeOf, reasonOf } from '../../runtime/disk/reason.ts';

function failing(schema: z.ZodType, value: unknown): unknown {
  return schema.safeParse(value).error;
}

describe('an error in words', () => {
  it.each([
    ['a message', new Error('no room'), 'no room'],
    ['a code alone', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['neither', new RangeError(''), 'RangeError'],
    ['no error at all', 'gone', 'gone'],
    ['nothing', undefined, 'undefined'],
    ['several lines', new Error('"{\n  "a": b\r\n}" is no JSON'), '"{ "a": b }" is no JSON'],
  ])('when it has %s, then that is said', (_, error, words) => {
    expect(reasonOf(error)).toBe(words);
  });

  it('when data breaks its schema in many places, then the first is named', () => {
    const schema = z.object({ files: z.array(z.object({ bytes: z.number() })) });
    const words = reasonOf(failing(schema, { files: [{ bytes: 'a' }, { bytes: 'b' }] }));
    expect(words).toMatch(/^files\.0\.bytes: .*number/);
    expect(words).not.toContain('\n');
  });

  it('when the data as a whole breaks its schema, then it is called the file', () => {
    expect(reasonOf(failing(z.object({}), 7))).toMatch(/^the file: /);
  });

  it("when an error is the system's, then it has a code", () => {
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('ENOSPC');
    expect([codeOf(Object.assign(new Error('x'), { code: 7 })), codeOf(new Error('x')), codeOf('ENOSPC')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
