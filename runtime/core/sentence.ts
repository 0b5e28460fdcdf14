/**
 * What is said to people: in English, and with what it was made of, so that whoever has another language says it in that. A log and a
 * command line have the English one. Pure.
 */

/** A string is said as it stands in every language: a name, a figure with its unit, what the system says. */
export type Words = string | Sentence;

type Argument = Words | number;

/** What a sentence is made of, as data. */
export interface Wording {
  /** English, with `{0}` where the first argument stands. It is the key of its translations (l10n/). */
  readonly template: string;
  readonly args: readonly (string | number | Wording)[];
}

export class Sentence implements Wording {
  readonly template: string;
  readonly args: readonly Argument[];

  constructor(template: string, args: readonly Argument[]) {
    this.template = template;
    this.args = args;
  }

  /** In English. */
  toString(): string {
    return this.template.replace(/\{(\d+)\}/g, (hole, index: string) => String(this.args[Number(index)] ?? hole));
  }

  /** In a file the English sentence stands. */
  toJSON(): string {
    return this.toString();
  }
}

/** An error whose message is a sentence for a person. */
export class SaidError extends Error {
  readonly words: Words;

  constructor(words: Words, options?: ErrorOptions) {
    super(String(words), options);
    this.words = words;
  }
}

export function wordsOf(error: unknown): Words {
  if (error instanceof SaidError) return error.words;
  return error instanceof Error ? error.message : String(error);
}

/** @param template stands in the source as it is, so that `test/l10n` finds it. An argument may be a part that is translated by itself. */
export function sentence(template: string, ...args: readonly Argument[]): Sentence {
  return new Sentence(template, args);
}

const argsMax = 64;

/** Whether what came from elsewhere is one. */
export function isWording(value: unknown): value is Wording {
  if (typeof value !== 'object' || value === null || !('template' in value) || !('args' in value)) return false;
  const { template, args } = value;
  if (typeof template !== 'string' || !Array.isArray(args) || args.length > argsMax) return false;
  return args.every((each) => typeof each === 'string' || typeof each === 'number' || isWording(each));
}

/** As it came over the wire. */
export function sentenceFrom({ template, args }: Wording): Sentence {
  return new Sentence(
    template,
    args.map((each) => (typeof each === 'object' ? sentenceFrom(each) : each)),
  );
}

/** A value as it is once it was written as JSON and read again. */
export type Written<T> = T extends Sentence
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Written<T[K]> }
    : T;

/** Whole sentences, one after the other. */
export function together(all: readonly Words[]): Words {
  const [first = '', ...rest] = all.filter((each) => each !== '');
  return rest.reduce<Words>((before, next) => sentence('{0} {1}', before, next), first);
}

/** A part of a sentence: `a, b, c`. */
export function enumerated(all: readonly Words[]): Words {
  const [first = '', ...rest] = all;
  return rest.reduce<Words>((some, next) => sentence('{0}, {1}', some, next), first);
}

/** A part of a sentence: `a`, `a and b`, `a, b and c`. */
export function listed(all: readonly Words[]): Words {
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : sentence('{0} and {1}', enumerated(all.slice(0, -1)), last);
}

/** A message as it is sent: every sentence in it in English, with what it was made of beside it. What has none is passed on as it is. */
export function asSent(value: unknown): unknown {
  if (value instanceof Sentence) return value.toString();
  if (Array.isArray(value)) return mapped(value);
  if (typeof value !== 'object' || value === null) return value;
  const said: Record<string, Wording | (Wording | null)[]> = {};
  let copy: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    const sent = asSent(member);
    if (sent === member) continue;
    copy ??= { ...value };
    copy[name] = sent;
    if (member instanceof Sentence) said[name] = wordingOf(member);
    else if (Array.isArray(member) && member.some((each) => each instanceof Sentence))
      said[name] = member.map((each) => (each instanceof Sentence ? wordingOf(each) : null));
  }
  if (copy === undefined) return value;
  return Object.keys(said).length === 0 ? copy : { ...copy, said };
}

function mapped(values: readonly unknown[]): readonly unknown[] {
  const sent = values.map(asSent);
  return sent.some((each, index) => each !== values[index]) ? sent : values;
}

function wordingOf({ template, args }: Sentence): Wording {
  return { template, args: args.map((each) => (each instanceof Sentence ? wordingOf(each) : each)) };
}
