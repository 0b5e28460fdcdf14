/** The probe and the calibration for clients: one at a time, because two would time each other, and few that wait (turns.ts). */
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
import { Turns } from './turns.ts';

export type { ProbeSources } from './probe.ts';

export interface DiagnosisOptions extends ProbeSources {
  /** Folders of the user, of which no report tells. */
  readonly homes: readonly string[];
}

export class Diagnosis {
  readonly #options: DiagnosisOptions;
  readonly #turns = new Turns();

  constructor(options: DiagnosisOptions) {
    this.#options = options;
  }

  /** @throws TooManyWait, or the reason of the signal when nobody waits any more. */
  diagnose(
    client: ClientFacts,
    settings: ClientSettings,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<DiagnoseResult> {
    return this.#turns.take(signal, async () => {
      const found = await probe(this.#options, client, settings, onProgress, signal);
      // All that is told follows from these.
      const facts = dataWithoutPlaces(found, this.#options.homes);
      const findings = findingsOf(facts);
      return { findings, markdown: reportOf(facts, findings), facts: { ...facts } };
    });
  }

  /** @throws TooManyWait, or the reason of the signal when nobody waits any more. */
  calibrate(
    settings: ClientSettings,
    count: number,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<CalibrateResult> {
    return this.#turns.take(signal, () => calibrate({ sources: this.#options, settings, count, onProgress, signal }));
  }
}
