/** GGML's block formats, written row by row. Layouts: ggml-common.h and ggml-quants.c of llama.cpp. */

export type TensorType = 'F32' | 'F16' | 'Q8_0' | 'Q4_0';

interface Format {
  /** GGML's number of the type. */
  readonly id: number;
  /** Values in a block, and bytes that the block takes. */
  readonly values: number;
  readonly bytes: number;
  readonly encode: (values: Float32Array, out: DataView) => void;
}

export const formats: Readonly<Record<TensorType, Format>> = {
  F32: { id: 0, values: 1, bytes: 4, encode: encodeF32 },
  F16: { id: 1, values: 1, bytes: 2, encode: encodeF16 },
  Q4_0: { id: 2, values: 32, bytes: 18, encode: encodeQ4 },
  Q8_0: { id: 8, values: 32, bytes: 34, encode: encodeQ8 },
};

export function rowBytes(type: TensorType, columns: number): number {
  const { values, bytes } = formats[type];
  if (columns % values !== 0)
    throw new RangeError(`${type} needs rows of a multiple of ${values} values, not ${columns}`);
  return (columns / values) * bytes;
}

export function encodeRow(type: TensorType, values: Float32Array): Uint8Array {
  const out = new Uint8Array(rowBytes(type, values.length));
  formats[type].encode(values, new DataView(out.buffer));
  return out;
}

function encodeF32(values: Float32Array, out: DataView): void {
  for (const [index, value] of values.entries()) out.setFloat32(index * 4, value, true);
}

function encodeF16(values: Float32Array, out: DataView): void {
  for (const [index, value] of values.entries()) out.setUint16(index * 2, float16(value), true);
}

/** A scale and 32 signed bytes. */
function encodeQ8(values: Float32Array, out: DataView): void {
  for (let start = 0, at = 0; start < values.length; start += 32, at += 34) {
    let largest = 0;
    for (let index = start; index < start + 32; index++) largest = Math.max(largest, Math.abs(values[index] ?? 0));
    const scale = largest / 127;
    const inverse = scale === 0 ? 0 : 1 / scale;
    out.setUint16(at, float16(scale), true);
    for (let index = 0; index < 32; index++)
      out.setInt8(at + 2 + index, Math.round((values[start + index] ?? 0) * inverse));
  }
}

/** A scale and 32 nibbles: value i in the low half of byte i, value 16 + i in its high half. The scale maps the largest value to -8. */
function encodeQ4(values: Float32Array, out: DataView): void {
  for (let start = 0, at = 0; start < values.length; start += 32, at += 18) {
    let largest = 0;
    for (let index = start; index < start + 32; index++) {
      const value = values[index] ?? 0;
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    const scale = largest / -8;
    const inverse = scale === 0 ? 0 : 1 / scale;
    const nibble = (index: number): number => Math.min(15, Math.floor((values[start + index] ?? 0) * inverse + 8.5));
    out.setUint16(at, float16(scale), true);
    for (let index = 0; index < 16; index++) out.setUint8(at + 2 + index, nibble(index) | (nibble(index + 16) << 4));
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** Rounds towards zero; below the smallest normal number it is zero. Good enough for made-up weights. */
export function float16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent <= 0) return sign;
  if (exponent >= 31) return sign | 0x7c00;
  return sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
