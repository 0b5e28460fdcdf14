/** The probe and the calibration for clients: one at a time, because two would time each other. */
import { dataWithoutPlaces } from '../client/places.ts';
import type {
  CalibrateResultSaid as CalibrateResult,
  ClientFacts,
  ClientSettings,
  DiagnoseResultSaid as DiagnoseResult,
} from '../protocol.ts';
import { calibrate } from './calibrate.ts';
import { findingsOf } from './findings.ts';
import { type OnProgress, type ProbeSources, probe } from './probe.ts';
import { reportOf } from './report.ts';

export type { ProbeSources } from './probe.ts';

export interface DiagnosisOptions extends ProbeSources {
  /** Folders of the user, of which no report tells. */
  readonly homes: readonly string[];
}

export class Diagnosis {
  readonly #options: DiagnosisOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DiagnosisOptions) {
    this.#options = options;
  }

  /** @throws the reason of the signal when nobody waits any more. */
  diagnose(
    client: ClientFacts,
    settings: ClientSettings,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<DiagnoseResult> {
    return this.#alone(async () => {
      const found = await probe(this.#options, client, settings, onProgress, signal);
      // All that is told follows from these.
      const facts = dataWithoutPlaces(found, this.#options.homes);
      const findings = findingsOf(facts);
      return { findings, markdown: reportOf(facts, findings), facts: { ...facts } };
    });
  }

  /** @throws the reason of the signal when nobody waits any more. */
  calibrate(
    settings: ClientSettings,
    count: number,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<CalibrateResult> {
    return this.#alone(() => calibrate({ sources: this.#options, settings, count, onProgress, signal }));
  }

  async #alone<T>(run: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const own = before.then(run);
    this.#last = own.catch(() => undefined);
    return own;
  }
}
