/** The container: header, key-values, tensor infos, aligned data; version 3 of github.com/ggml-org/ggml/blob/master/docs/gguf.md. */
import { open } from 'node:fs/promises';
import { formats, rowBytes, type TensorType } from './quantize.ts';

export type Value =
  | { readonly kind: 'u32' | 'f32' | 'i32'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'i32s'; readonly value: readonly number[] };

export interface Tensor {
  readonly name: string;
  /** Columns first, as GGML counts; one entry for a vector. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** The encoded rows in order, in pieces of any number of whole rows. */
  readonly data: () => Iterable<Uint8Array>;
}

export const alignment = 32;
const typeIds = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** Returns the size of the file in bytes. Needs memory for one piece of data at a time. */
export async function writeGguf(
  file: string,
  values: Readonly<Record<string, Value>>,
  tensors: readonly Tensor[],
): Promise<number> {
  const handle = await open(file, 'w');
  try {
    let position = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      await handle.write(bytes);
      position += bytes.length;
    };
    const pad = (): Promise<void> => write(new Uint8Array((alignment - (position % alignment)) % alignment));
    await write(head(values, tensors));
    await pad();
    for (const tensor of tensors) {
      const start = position;
      for (const piece of tensor.data()) await write(piece);
      const missing = bytesOf(tensor) - (position - start);
      if (missing !== 0) throw new RangeError(`${tensor.name} is ${missing} bytes short of its shape`);
      await pad();
    }
    return position;
  } finally {
    await handle.close();
  }
}

export function bytesOf({ shape, type }: Tensor): number {
  const [columns = 0, rows = 1] = shape;
  return rows * rowBytes(type, columns);
}

function head(values: Readonly<Record<string, Value>>, tensors: readonly Tensor[]): Uint8Array {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(values).length)];
  for (const [key, value] of Object.entries(values)) parts.push(text(key), encodeValue(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(
      text(tensor.name),
      u32(tensor.shape.length),
      ...tensor.shape.map(u64),
      u32(formats[tensor.type].id),
      u64(offset),
    );
    offset += Math.ceil(bytesOf(tensor) / alignment) * alignment;
  }
  return Buffer.concat(parts);
}

function encodeValue(value: Value): Buffer {
  switch (value.kind) {
    case 'u32':
      return Buffer.concat([u32(typeIds.u32), u32(value.value)]);
    case 'i32':
      return Buffer.concat([u32(typeIds.i32), i32(value.value)]);
    case 'f32': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value.value);
      return Buffer.concat([u32(typeIds.f32), bytes]);
    }
    case 'bool':
      return Buffer.concat([u32(typeIds.bool), Buffer.from([value.value ? 1 : 0])]);
    case 'string':
      return Buffer.concat([u32(typeIds.string), text(value.value)]);
    case 'strings':
      return Buffer.concat([
        u32(typeIds.array),
        u32(typeIds.string),
        u64(value.value.length),
        ...value.value.map(text),
      ]);
    case 'i32s':
      return Buffer.concat([u32(typeIds.array), u32(typeIds.i32), u64(value.value.length), ...value.value.map(i32)]);
    default:
      return value satisfies never;
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
