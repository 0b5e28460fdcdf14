/** Heads of GGUF files written byte by byte, so that they can lie. The honest writer is in test/gguf. */

export interface RawTensor {
  readonly name: string;
  readonly shape: readonly (number | bigint)[];
  readonly type?: number;
  readonly offset?: number | bigint;
  readonly dimensions?: number;
}

export interface RawFile {
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: number | bigint;
  readonly keyCount?: number | bigint;
  readonly keys?: readonly Buffer[];
  readonly tensors?: readonly RawTensor[];
  /** Bytes of data behind the head, after padding to 32. */
  readonly dataBytes?: number;
}

export const valueTypes = { u32: 4, i32: 5, bool: 7, text: 8, array: 9 } as const;

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param claimed the length that stands before the text. */
export function text(value: string, claimed: number | bigint = Buffer.byteLength(value)): Buffer {
  return Buffer.concat([u64(claimed), Buffer.from(value)]);
}

export function textKey(key: string, value: string): Buffer {
  return Buffer.concat([text(key), u32(valueTypes.text), text(value)]);
}

export function u32Key(key: string, value: number): Buffer {
  return Buffer.concat([text(key), u32(valueTypes.u32), u32(value)]);
}

/** @param element GGUF's number of the elements' type. */
export function arrayKey(key: string, element: number, elements: readonly Buffer[], claimed?: number | bigint): Buffer {
  const count = u64(claimed ?? elements.length);
  return Buffer.concat([text(key), u32(valueTypes.array), u32(element), count, ...elements]);
}

/** What a small but complete model says of itself. */
export const modelKeys: readonly Buffer[] = [
  textKey('general.architecture', 'llama'),
  u32Key('llama.block_count', 2),
  u32Key('llama.embedding_length', 64),
  u32Key('llama.attention.head_count', 4),
  u32Key('llama.attention.head_count_kv', 2),
  u32Key('llama.context_length', 2_048),
];

/** One tensor of 64 × 64 values in F32, 16 384 bytes. */
export const modelTensor: RawTensor = { name: 'token_embd.weight', shape: [64, 64], type: 0, offset: 0 };

export function rawFile(parts: RawFile): Buffer {
  const keys = parts.keys ?? modelKeys;
  const tensors = parts.tensors ?? [modelTensor];
  const head = Buffer.concat([
    Buffer.from(parts.magic ?? 'GGUF'),
    u32(parts.version ?? 3),
    u64(parts.tensorCount ?? tensors.length),
    u64(parts.keyCount ?? keys.length),
    ...keys,
    ...tensors.map(tensorInfo),
  ]);
  const padding = (32 - (head.length % 32)) % 32;
  return Buffer.concat([head, Buffer.alloc(padding + (parts.dataBytes ?? 16_384))]);
}

function tensorInfo({ name, shape, type, offset, dimensions }: RawTensor): Buffer {
  return Buffer.concat([
    text(name),
    u32(dimensions ?? shape.length),
    ...shape.map(u64),
    u32(type ?? 0),
    u64(offset ?? 0),
  ]);
}
