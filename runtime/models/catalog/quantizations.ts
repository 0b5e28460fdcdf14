/**
 * How many bits a weight takes in a file, by the name of the quantization. Mixtures such as Q4_K_M keep some tensors larger, so these are
 * averages over whole files of 1 to 14 B weights: good to a few percent, enough to plan a download by, not to check one.
 */

export const quantizations = ['Q4_0', 'Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q8_0'] as const;
export type Quantization = (typeof quantizations)[number];

/**
 * Q4_0 and Q8_0 by their blocks of 32 weights with one 16-bit scale, Q6_K by its blocks of 256 (ggml-common.h in llama.cpp); the mixtures
 * as measured over the files of the catalog. Q4_0 files keep the embedding at six bits, hence more than 4.5.
 */
const bitsPerWeight: Readonly<Record<Quantization, number>> = {
  Q4_0: 4.65,
  Q4_K_M: 4.9,
  Q5_K_M: 5.7,
  Q6_K: 6.5625,
  Q8_0: 8.5,
};

/** Size of a file with that many weights, in bytes. */
export function expectedBytes(weights: number, quantization: Quantization): number {
  return Math.round((weights * bitsPerWeight[quantization]) / 8);
}
