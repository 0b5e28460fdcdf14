import { describe, expect, it } from 'vitest';
import { verdict } from '../../runtime/client/connect.ts';

describe('what a client does with a runtime of another version', () => {
  it.each([
    ['1.2.3', '1.2.3', 'use'],
    ['1.2.3', '1.2.4', 'replace'],
    ['1.2.3', '1.10.0', 'replace'],
    ['1.2.3', '2.0.0', 'replace'],
    ['1.2.3', '1.2.2', 'use'],
    ['2.0.0', '1.9.9', 'use'],
    ['1.2', '1.2.1', 'replace'],
    ['1.2.1', '1.2', 'use'],
    ['1.2.3-beta.1', '1.2.3', 'use'],
    ['rubbish', '0.0.1', 'replace'],
    ['', '', 'use'],
  ])(
    'when the runtime is %j and the client %j and both speak the same protocol, then: %s',
    (runtime, client, expected) => {
      expect(verdict({ version: runtime, protocol: 3 }, client, 3)).toBe(expected);
    },
  );

  it('when the protocols differ, then they decide alone: the newer one wins', () => {
    expect(verdict({ version: '9.9.9', protocol: 1 }, '0.0.1', 2)).toBe('replace');
    expect(verdict({ version: '0.0.1', protocol: 2 }, '9.9.9', 1)).toBe('refuse');
  });
});
