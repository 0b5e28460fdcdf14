import { describe, expect, it } from 'vitest';
import { insideAt } from '../../../runtime/features/completion/inside.ts';

describe('what the cursor is in', () => {
  it.each([
    ['const a = 1;\n// it is ', 'typescript', 'comment'],
    ['/* one\ntwo ', 'typescript', 'comment'],
    ["const a = 'b", 'typescript', 'string'],
    ['const a = `b${', 'typescript', 'code'],
    ['const a = `b\nc', 'typescript', 'string'],
    ['x = """a\nb', 'python', 'string'],
    ['return 1', 'typescript', 'code'],
  ] as const)('when %j stands before it in %s, then it is %s', (before, languageId, inside) => {
    expect(insideAt(before, languageId)).toBe(inside);
  });

  it('when a comment began long before, then that is known as long as it is read', () => {
    expect(insideAt(`/* ${'x\n'.repeat(20_000)}`, 'typescript')).toBe('comment');
    expect(insideAt(`/* ${'x\n'.repeat(60_000)}`, 'typescript'), 'more than is read').toBe('code');
  });
});
