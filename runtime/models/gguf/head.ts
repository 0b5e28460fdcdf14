/**
 * The head of a GGUF file: key-values and the list of tensors (ggml/docs/gguf.md, versions 2 and 3). Pure: bytes in, head out.
 *
 * Own code, and not `@huggingface/gguf` or node-llama-cpp's `readGgufFileInfo`, for two reasons. Those make a JavaScript string of
 * every token and merge (83 to 158 ms for a vocabulary of 152 000), which nobody here reads: this passes over them in a few
 * milliseconds. And a file that somebody downloaded is hostile until proven otherwise: here every count and length is compared with a
 * limit or with the bytes that are left before anything is allocated or looped over.
 */
import { Cursor, damaged, HeadProblem, viewOf } from './cursor.ts';
import { blockValues, bytesOfValues, type TensorType, tensorTypeOf } from './tensor-type.ts';

/** Bytes of an element of each plain value type, by GGUF's number of the type; 8 is a text and 9 an array. */
const valueBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const textType = 8;
const arrayType = 9;

/** An array that stays in the bytes of the head. */
export interface GgufArray {
  readonly kind: 'array';
  /** GGUF's number of the elements' type. */
  readonly element: number;
  readonly count: number;
  /** Where the elements begin and end in the head's bytes. */
  readonly start: number;
  readonly end: number;
}

export type GgufValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | GgufArray;

export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /** Columns first, as GGML counts; one to four. */
  readonly shape: readonly number[];
  /** Bytes of its data, without padding. */
  readonly bytes: number;
  /** Where its data begins in the file. */
  readonly offset: number;
}

export interface GgufHead {
  readonly version: number;
  readonly values: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly TensorInfo[];
  /** What the arrays of `values` point into. */
  readonly bytes: Buffer;
}

/** Real models have about 50 keys, and the largest one known 1 800 tensors. */
const keysMax = 65_536;
const tensorsMax = 65_536;
/** GGML_MAX_NAME, with the closing zero. */
const nameBytesMax = 63;
const dimensionsMax = 4;

/**
 * @param bytes the first bytes of the file.
 * @param fileBytes the size of the whole file.
 * @throws {NeedsMore} when the head is longer than `bytes`; {HeadProblem} when it cannot be a model's.
 */
export function parseHead(bytes: Buffer, fileBytes: number): GgufHead {
  const cursor = new Cursor(bytes, fileBytes);
  const version = versionOf(cursor);
  const tensorCount = cursor.u64();
  const keyCount = cursor.u64();
  if (tensorCount > tensorsMax) throw damaged(`it claims ${tensorCount} tensors`);
  if (keyCount > keysMax) throw damaged(`it claims ${keyCount} keys`);
  const values = new Map<string, GgufValue>();
  for (let index = 0; index < keyCount; index++) {
    const key = cursor.text('a key');
    if (values.has(key)) throw damaged(`the key '${shown(key)}' stands in it twice`);
    values.set(key, valueAt(cursor, key));
  }
  const tensors = tensorsOf(cursor, tensorCount, alignmentOf(values), fileBytes);
  return { version, values, tensors, bytes };
}

function versionOf(cursor: Cursor): number {
  const magic = cursor.bytes.toString('latin1', 0, 4);
  if (cursor.bytes.length >= 4 && magic !== 'GGUF') throw new HeadProblem({ kind: 'notGguf' });
  cursor.skip(4);
  const version = cursor.u32();
  // A small number stands in the upper bytes when it was written the other way around.
  if (version !== 0 && version % 65_536 === 0) throw new HeadProblem({ kind: 'bigEndian' });
  if (version < 2 || version > 3) throw new HeadProblem({ kind: 'version', version });
  return version;
}

function valueAt(cursor: Cursor, key: string): GgufValue {
  const type = cursor.u32();
  if (type === textType) return { kind: 'text', value: cursor.text(`'${shown(key)}'`) };
  if (type === arrayType) return arrayOf(cursor, key);
  const width = valueBytes.get(type);
  if (width === undefined) throw damaged(`the value of '${shown(key)}' has the unknown type ${type}`);
  const start = cursor.position;
  cursor.skip(width);
  const value = numberAt(cursor.bytes, type, start);
  return type === 7 ? { kind: 'boolean', value: value !== 0 } : { kind: 'number', value };
}

function arrayOf(cursor: Cursor, key: string): GgufArray {
  const element = cursor.u32();
  const count = cursor.u64();
  // llama.cpp knows no arrays of arrays either, so there is no depth to limit.
  if (element === arrayType) throw damaged(`'${shown(key)}' is an array of arrays`);
  const width = element === textType ? undefined : valueBytes.get(element);
  if (element !== textType && width === undefined)
    throw damaged(`the array '${shown(key)}' has the unknown type ${element}`);
  const start = cursor.position;
  if (width === undefined) cursor.skipTexts(count, `'${shown(key)}'`);
  else cursor.skip(count * width);
  return { kind: 'array', element, count, start, end: cursor.position };
}

function numberAt(bytes: Buffer, type: number, at: number): number {
  switch (type) {
    case 0:
    case 7:
      return bytes.readUInt8(at);
    case 1:
      return bytes.readInt8(at);
    case 2:
      return bytes.readUInt16LE(at);
    case 3:
      return bytes.readInt16LE(at);
    case 4:
      return bytes.readUInt32LE(at);
    case 5:
      return bytes.readInt32LE(at);
    case 6:
      return bytes.readFloatLE(at);
    case 10:
      return Number(bytes.readBigUInt64LE(at));
    case 11:
      return Number(bytes.readBigInt64LE(at));
    case 12:
      return bytes.readDoubleLE(at);
    default:
      throw new RangeError(`${type} is not a plain value type`);
  }
}

/** The elements of an array of numbers or truth values (0 and 1), at most `max` of them; undefined for an array of texts. */
export function numbersOf(head: GgufHead, array: GgufArray, max: number): readonly number[] | undefined {
  const width = valueBytes.get(array.element);
  if (width === undefined) return undefined;
  return Array.from({ length: Math.min(array.count, max) }, (_, index) =>
    numberAt(head.bytes, array.element, array.start + index * width),
  );
}

/** Where the searched texts stand in an array of texts; the first place of each. One pass, and no text of the array is made. */
export function placesOf(head: GgufHead, array: GgufArray, searched: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  if (array.element !== textType || searched.length === 0) return places;
  const { bytes } = head;
  const view = viewOf(bytes);
  const wanted = bySize(searched);
  let at = array.start;
  for (let index = 0; index < array.count; index++) {
    const length = view.getUint32(at, true);
    const start = at + 8;
    at = start + length;
    const candidates = wanted[length];
    if (candidates === undefined) continue;
    // Comparing takes a native call, the first and last byte do not, and they rule nearly everything out.
    const [first, last] = [bytes[start], bytes[at - 1]];
    for (const { text, utf8 } of candidates)
      if (utf8[0] === first && utf8[length - 1] === last && !places.has(text) && utf8.compare(bytes, start, at) === 0)
        places.set(text, index);
  }
  return places;
}

interface Searched {
  readonly text: string;
  readonly utf8: Buffer;
}

/** By their length in bytes. */
function bySize(searched: readonly string[]): readonly (Searched[] | undefined)[] {
  const sizes: (Searched[] | undefined)[] = [];
  for (const text of searched) {
    const utf8 = Buffer.from(text, 'utf8');
    sizes[utf8.length] = [...(sizes[utf8.length] ?? []), { text, utf8 }];
  }
  return sizes;
}

function alignmentOf(values: ReadonlyMap<string, GgufValue>): number {
  const value = values.get('general.alignment');
  if (value === undefined) return 32;
  const alignment = value.kind === 'number' ? value.value : 0;
  const isPowerOfTwo = alignment > 0 && alignment <= 2 ** 30 && Number.isInteger(Math.log2(alignment));
  if (!isPowerOfTwo) throw damaged(`its alignment is ${alignment}`);
  return alignment;
}

function tensorsOf(cursor: Cursor, count: number, alignment: number, fileBytes: number): readonly TensorInfo[] {
  const names = new Set<string>();
  const relative: TensorInfo[] = [];
  let end = 0;
  for (let index = 0; index < count; index++) {
    const tensor = tensorOf(cursor);
    if (names.has(tensor.name)) throw damaged(`the tensor '${shown(tensor.name)}' stands in it twice`);
    // The loader wants the data without gaps and in this order; so no two tensors can share bytes, or one reach far away.
    if (tensor.offset !== end) throw damaged(`the tensor '${shown(tensor.name)}' is not where it should be`);
    names.add(tensor.name);
    relative.push(tensor);
    end = padded(end + tensor.bytes, alignment);
  }
  const dataStart = padded(cursor.position, alignment);
  const tensors = relative.map((tensor) => ({ ...tensor, offset: dataStart + tensor.offset }));
  const last = tensors.at(-1);
  const bytesNeeded = last === undefined ? dataStart : last.offset + last.bytes;
  if (tensors.length > 0 && bytesNeeded > fileBytes)
    throw new HeadProblem({ kind: 'truncated', bytes: fileBytes, bytesNeeded });
  return tensors;
}

function tensorOf(cursor: Cursor): TensorInfo {
  const name = cursor.text('the name of a tensor');
  if (Buffer.byteLength(name) > nameBytesMax) throw damaged(`the tensor '${shown(name)}' has too long a name`);
  const dimensions = cursor.u32();
  if (dimensions > dimensionsMax) throw damaged(`the tensor '${shown(name)}' has ${dimensions} dimensions`);
  const shape = Array.from({ length: dimensions }, () => cursor.u64());
  const typeId = cursor.u32();
  const offset = cursor.u64();
  const type = tensorTypeOf(typeId);
  if (type === undefined) throw new HeadProblem({ kind: 'unknownType', type: typeId, tensor: shown(name) });
  const values = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(values)) throw damaged(`the tensor '${shown(name)}' has ${values} values`);
  if ((shape[0] ?? 1) % blockValues(type) !== 0)
    throw damaged(`the rows of the tensor '${shown(name)}' are no whole blocks`);
  return { name, type, shape, bytes: bytesOfValues(type, values), offset };
}

function padded(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** A text from the file, short and in one line, as it may stand in a message. */
function shown(text: string): string {
  return text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?');
}
