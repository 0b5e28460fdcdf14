import { describe, expect, it } from 'vitest';
import { besideName } from '../../extension/beside-name.ts';

describe('the name of a translation beside its source', () => {
  it.each([
    ['people.py', 'rust', [], 'people.rs'],
    ['people.py', 'rust', ['people.rs'], 'people-2.rs'],
    ['people.py', 'rust', ['People.RS', 'people-2.rs'], 'people-3.rs'],
    ['a.test.ts', 'csharp', [], 'a.test.cs'],
    ['Makefile', 'go', [], 'Makefile.go'],
    ['.profile', 'python', [], '.profile.py'],
  ] as const)('when %s is written in %s, with %j there, then it is %s', (source, to, taken, name) => {
    expect(besideName(source, to, taken)).toBe(name);
  });
});
