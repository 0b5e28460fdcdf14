/** Reads Prometheus's text format (version 0.0.4) as strictly as Prometheus does, and says which line is wrong. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

/** @throws Error for a line that is none, a sample without its family, and a histogram whose buckets do not add up. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  const helps = new Map<string, string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined && !namePattern.test(name)) throw new Error(`no name: ${line}`);
    if (kind === 'HELP') helps.set(name, rest);
    else if (kind === 'TYPE') {
      if (families.has(name) || !/^(counter|gauge|histogram)$/.test(rest)) throw new Error(`wrong type: ${line}`);
      families.set(name, { type: rest, help: helps.get(name) ?? '', samples: [] });
    } else if (!line.startsWith('#')) familyOf(families, sampleOf(line)).push(sampleOf(line));
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
}

function sampleOf(line: string): Sample {
  const [, name, inside = '', number = ''] = samplePattern.exec(line) ?? [];
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (name === undefined || Number.isNaN(value)) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < inside.length) {
    const [, label, text] = labelPattern.exec(inside) ?? [];
    if (label === undefined || text === undefined || label in labels) throw new Error(`wrong labels: ${line}`);
    labels[label] = text;
  }
  return { name, labels, value };
}

function familyOf(families: ReadonlyMap<string, Family>, { name }: Sample): Sample[] {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  const family = families.get(name) ?? (families.get(base)?.type === 'histogram' ? families.get(base) : undefined);
  if (family === undefined) throw new Error(`a sample without a type: ${name}`);
  return family.samples;
}

function checkHistogram(name: string, { samples }: Family): void {
  const series = new Map<string, { buckets: number[]; count?: number; last?: string }>();
  for (const { name: part, labels, value } of samples) {
    const { le, ...others } = labels;
    const key = JSON.stringify(others);
    const one = series.get(key) ?? { buckets: [] };
    series.set(key, one);
    if (part === `${name}_bucket`) Object.assign(one, { buckets: [...one.buckets, value], last: le });
    if (part === `${name}_count`) one.count = value;
  }
  for (const { buckets, count, last } of series.values()) {
    const isSorted = buckets.every((value, index) => value >= (buckets[index - 1] ?? 0));
    if (!isSorted || last !== '+Inf' || buckets.at(-1) !== count) throw new Error(`buckets of ${name} do not add up`);
  }
}

/** The value of the one sample with these labels; undefined when there is none. */
export function sampleValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Sample['labels'] = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
  return family?.samples.find(
    (sample) => sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;
}
