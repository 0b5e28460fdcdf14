/** How wrong the predicted times of passes were, over time: samples of the runtime's status, within a bound. Pure. */
import type { Status } from '../../runtime/protocol/status.ts';

export const samplesMax = 1_200;
/** Medians move slowly. */
const sampleMs = 2_000;

export interface CostError {
  /** Of the model, and of what its passes did. */
  readonly model: string;
  readonly step: 'prefill' | 'decode';
  /** Median of the relative errors of recent passes: 0.1 is 10 %. */
  readonly p50: number;
}

export interface CostSample {
  readonly atMs: number;
  readonly errors: readonly CostError[];
}

export class CostErrors {
  samples: CostSample[] = [];

  /** @param atMs on the runtime's clock, as the status is of now. */
  status({ models }: Pick<Status, 'models'>, atMs: number): void {
    const last = this.samples.at(-1);
    // Another runtime's clock began anew.
    if (last !== undefined && last.atMs > atMs) this.samples = [];
    else if (last !== undefined && atMs - last.atMs < sampleMs) return;
    const errors = models.flatMap(({ name: model, prefillError, decodeError }): CostError[] => [
      ...(prefillError ? [{ model, step: 'prefill', p50: prefillError.p50 } as const] : []),
      ...(decodeError ? [{ model, step: 'decode', p50: decodeError.p50 } as const] : []),
    ]);
    if (errors.length === 0) return;
    this.samples.push({ atMs, errors });
    if (this.samples.length > samplesMax) this.samples = this.samples.slice(-samplesMax + samplesMax / 10);
  }

  /** One line for each model and step, with `null` where there was none. */
  get lines(): readonly {
    readonly model: string;
    readonly step: CostError['step'];
    readonly p50s: (number | null)[];
  }[] {
    const keys = new Map<string, CostError>();
    for (const { errors } of this.samples) for (const error of errors) keys.set(`${error.model} ${error.step}`, error);
    return [...keys.values()].map(({ model, step }) => ({
      ...{ model, step },
      p50s: this.samples.map(
        ({ errors }) => errors.find((error) => error.model === model && error.step === step)?.p50 ?? null,
      ),
    }));
  }
}
