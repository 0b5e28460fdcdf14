/** Under which licence a file stands, as its package declares it. Pure. */

/** What may be copied with its notice. */
export const permissive: readonly string[] = [
  'MIT',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'Zlib',
  'BSL-1.0',
  'Unlicense OR MIT',
  'MIT OR Apache-2.0',
];

/** Debian's words for them, in lower case. */
const debianNames: Readonly<Record<string, string>> = {
  expat: 'MIT',
  expat_or_publicdomain_or_dualexpatpd: 'MIT',
  mit: 'MIT',
  'apache-2.0': 'Apache-2.0',
  'apache-2': 'Apache-2.0',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-3-clauses': 'BSD-3-Clause',
  'bsd-3-google': 'BSD-3-Clause',
  isc: 'ISC',
  zlib: 'Zlib',
  'bsl-1.0': 'BSL-1.0',
  'mit or apache-2.0': 'MIT OR Apache-2.0',
  'apache-2.0 or mit': 'MIT OR Apache-2.0',
  'expat or apache-2.0': 'MIT OR Apache-2.0',
  'unlicense or mit': 'Unlicense OR MIT',
};

interface Stanza {
  readonly patterns: readonly RegExp[];
  readonly licence: string;
}

/** A machine-readable `debian/copyright`: which licence each file has; the last stanza that names it decides. */
export class DebianCopyright {
  readonly #stanzas: readonly Stanza[];

  constructor(text: string) {
    this.#stanzas = text.split(/\n\s*\n/).flatMap((stanza) => {
      const files = /^Files:\s*((?:.*\n?(?:[ \t]+.*\n?)*))/im.exec(stanza)?.[1];
      const licence = /^License:[ \t]*(.*)$/im.exec(stanza)?.[1]?.trim();
      if (files === undefined || licence === undefined) return [];
      const words =
        files
          .split(/\n(?![ \t])/)[0]
          ?.split(/\s+/)
          .filter((word) => word !== '') ?? [];
      return [{ licence, patterns: words.map(glob) }];
    });
  }

  /** SPDX, or undefined when it is none of {@link permissive}. */
  licenceOf(path: string): string | undefined {
    const stanza = this.#stanzas.findLast(({ patterns }) => patterns.some((pattern) => pattern.test(path)));
    return stanza === undefined ? undefined : debianNames[stanza.licence.toLowerCase()];
  }
}

function glob(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^(?:\\./)?${escaped}$`);
}

export function npmLicence(declared: unknown): string | undefined {
  return typeof declared === 'string' && permissive.includes(declared) ? declared : undefined;
}

/** For a package that declares MIT and brings no licence file along. */
export function mitNotice(holder: string): string {
  return `The package has no file with its licence; its package.json says MIT.

MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
