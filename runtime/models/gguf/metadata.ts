/** Reads values of a head by their names and expected kinds. A value of another kind counts as absent: the loader refuses such a file. */
import { type GgufArray, type GgufHead, numbersOf } from './head.ts';

/** Layers of the largest model known: 126. LLAMA_MAX_LAYERS is 512. */
export const layersMax = 512;

const labelCharsMax = 200;

export class Metadata {
  readonly head: GgufHead;
  readonly architecture: string;

  constructor(head: GgufHead, architecture: string) {
    this.head = head;
    this.architecture = architecture;
  }

  text(key: string): string | undefined {
    const value = this.head.values.get(key);
    return value?.kind === 'text' ? value.value : undefined;
  }

  /** A text that is shown to people: in one line, of a length that fits there, and without anything that a terminal would obey. */
  label(key: string): string | undefined {
    const text = this.text(key);
    return text?.slice(0, labelCharsMax).replace(/\p{Cc}/gu, ' ');
  }

  array(key: string): GgufArray | undefined {
    const value = this.head.values.get(key);
    return value?.kind === 'array' ? value : undefined;
  }

  /** A whole number from 0 up to 2^40. */
  count(key: string): number | undefined {
    const value = this.head.values.get(key);
    return value?.kind === 'number' ? asCount(value.value) : undefined;
  }

  /** As {@link count}, of a key that begins with the architecture's name. */
  own(key: string): number | undefined {
    return this.count(`${this.architecture}.${key}`);
  }

  /** A number for all layers, or one for each of them; the last one stands for those beyond the end of a short array. */
  perLayer(key: string, layers: number): readonly number[] | undefined {
    const full = `${this.architecture}.${key}`;
    const value = this.head.values.get(full);
    if (value?.kind === 'boolean') return Array.from({ length: layers }, () => Number(value.value));
    const one = this.count(full);
    if (one !== undefined) return Array.from({ length: layers }, () => one);
    const array = this.array(full);
    const numbers = array && numbersOf(this.head, array, layersMax);
    const last = numbers?.at(-1);
    if (numbers === undefined || last === undefined) return undefined;
    return Array.from({ length: layers }, (_, layer) => asCount(numbers[layer] ?? last) ?? 0);
  }

  isArray(key: string): boolean {
    return this.array(`${this.architecture}.${key}`) !== undefined;
  }
}

function asCount(value: number): number | undefined {
  return Number.isInteger(value) && value >= 0 && value <= 2 ** 40 ? value : undefined;
}
