/** Made-up numbers: cheap to make, the same for the same seed, and as costly to multiply as real weights. */
import { encodeRow, type TensorType } from './quantize.ts';

/** Rows of a made-up matrix repeat after so many: the products cost the same. */
const patternRows = 64;

/** Rows of made-up numbers, repeating after {@link patternRows}. */
export function rowMaker(width: number, scale: number, random: () => number): (id: number) => Float32Array {
  const made: Float32Array[] = [];
  return (id) => {
    const place = id % patternRows;
    made[place] ??= Float32Array.from({ length: width }, () => random() * scale);
    return made[place];
  };
}

export function* pattern(
  type: TensorType,
  count: number,
  columns: number,
  scale: number,
  random: () => number,
): Iterable<Uint8Array> {
  const encoded: Uint8Array[] = [];
  const make = rowMaker(columns, scale, random);
  for (let row = 0; row < Math.min(patternRows, count); row++) encoded.push(encodeRow(type, make(row)));
  const piece = Buffer.concat(encoded);
  const bytes = piece.length / encoded.length;
  for (let row = 0; row < count; row += encoded.length)
    yield piece.subarray(0, Math.min(encoded.length, count - row) * bytes);
}

const rowsPerPiece = 256;

export function* rows(type: TensorType, count: number, rowOf: (id: number) => Float32Array): Iterable<Uint8Array> {
  for (let start = 0; start < count; start += rowsPerPiece) {
    const ids = Array.from({ length: Math.min(rowsPerPiece, count - start) }, (_, index) => start + index);
    yield Buffer.concat(ids.map((id) => encodeRow(type, rowOf(id))));
  }
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

export function normalized(row: Float32Array): Float32Array {
  const length = Math.sqrt(dot(row, row));
  return row.map((value) => value / length);
}

/** Normal deviates from a seed: mulberry32 and the sum of four uniforms, which is normal enough. */
export function gaussians(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}
