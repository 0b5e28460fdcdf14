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
