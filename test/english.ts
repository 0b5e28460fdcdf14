/** A sentence of the runtime is compared by what it says in English, as a command line or a log would have it (vitest's `setupFiles`). */
import { chai } from 'vitest';
import { Sentence } from '../runtime/core/sentence.ts';

const matchers = ['toBe', 'toContain', 'toContainEqual', 'toEqual', 'toMatch', 'toMatchObject', 'toStrictEqual'];

chai.use(({ Assertion }, { flag, overwriteMethod }) => {
  for (const matcher of matchers)
    overwriteMethod(Assertion.prototype, matcher, (original: (...expected: unknown[]) => unknown) => {
      return function (this: object, ...expected: unknown[]) {
        const found: unknown = flag(this, 'object');
        // Where the very same object is meant, it stays that.
        if (matcher === 'toBe' && !(found instanceof Sentence)) return original.apply(this, expected);
        flag(this, 'object', inEnglish(found));
        return original.apply(this, expected.map(inEnglish));
      };
    });
});

/** What has no sentence in it stays itself. */
function inEnglish(value: unknown): unknown {
  if (value instanceof Sentence) return String(value);
  if (Array.isArray(value)) {
    const said = value.map(inEnglish);
    return said.some((each, index) => !Object.is(each, value[index])) ? said : value;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value).map(([name, member]) => [name, member, inEnglish(member)] as const);
  return members.some(([, member, said]) => !Object.is(member, said))
    ? Object.fromEntries(members.map(([name, , said]) => [name, said]))
    : value;
}
