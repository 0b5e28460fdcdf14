/** What is measured of saturated streams: tokens and CPU time between the end of the ramp-up and a number of tokens after it. */

export interface Saturation {
  readonly tokens: number;
  readonly cpuMs: number;
}

export interface SaturationOptions {
  readonly streams: number;
  /** Tokens that every stream must have given before anything counts: prefills and the first, uneven batches are over. */
  readonly rampTokens: number;
  /** Tokens per stream that count, on average. */
  readonly measuredTokens: number;
}

/** Tokens that one stream may be asked for at most: more than any fair loop gives it before the window closes. */
export function tokensMax({ rampTokens, measuredTokens }: SaturationOptions): number {
  return 2 * (rampTokens + measuredTokens);
}

export class SaturationWindow {
  readonly #options: SaturationOptions;
  readonly #cpuMs: () => number;
  readonly #counts: number[];
  #opened: { readonly tokens: number; readonly cpuMs: number } | undefined;
  #tokens = 0;
  #result: Saturation | undefined;

  /** @param cpuMs CPU time so far of the process that decodes. */
  constructor(options: SaturationOptions, cpuMs: () => number) {
    this.#options = options;
    this.#cpuMs = cpuMs;
    this.#counts = Array.from({ length: options.streams }, () => 0);
  }

  /** Undefined until the window has closed. */
  get result(): Saturation | undefined {
    return this.#result;
  }

  /** A stream has given a token. */
  token(stream: number): void {
    this.#counts[stream] = (this.#counts[stream] ?? 0) + 1;
    this.#tokens += 1;
    const { streams, rampTokens, measuredTokens } = this.#options;
    if (this.#opened === undefined) {
      if (this.#counts.every((count) => count >= rampTokens))
        this.#opened = { tokens: this.#tokens, cpuMs: this.#cpuMs() };
      return;
    }
    const tokens = this.#tokens - this.#opened.tokens;
    if (this.#result === undefined && tokens >= streams * measuredTokens)
      this.#result = { tokens, cpuMs: this.#cpuMs() - this.#opened.cpuMs };
  }
}

export function tokensPerCpuSecond({ tokens, cpuMs }: Saturation): number {
  return (tokens / cpuMs) * 1_000;
}
