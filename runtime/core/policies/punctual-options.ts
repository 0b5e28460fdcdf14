/** The mechanisms of `punctual`, each of which a bench can take away to see what it is worth. */
export interface PunctualOptions {
  /** What cannot be on time any more gives way to what can. */
  readonly relegates: boolean;
  /** A relegated task gives up its sequence to one that can be on time. */
  readonly pauses: boolean;
  /** Commitments are given up when the forecast says that not all of them can be kept. */
  readonly forecasts: boolean;
  /** Sequences are kept for completions. */
  readonly keepsSequences: boolean;
  /** Prefill chunks are sized by what others can wait for. */
  readonly sizesChunks: boolean;
  /** A promised first token lets others decode while its slack allows. */
  readonly yields: boolean;
  /** How many sequences decode together is chosen by the measured table. */
  readonly choosesBatch: boolean;
}

export const allMechanisms: PunctualOptions = {
  relegates: true,
  pauses: true,
  forecasts: true,
  keepsSequences: true,
  sizesChunks: true,
  yields: true,
  choosesBatch: true,
};
