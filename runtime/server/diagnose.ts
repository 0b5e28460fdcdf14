/** `punctual/diagnose` and `punctual/calibrate`: from checked parameters to the probe, with its progress. Owns no state. */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Diagnosis } from '../diagnose/index.ts';
import { TooManyWait } from '../diagnose/turns.ts';
import {
  type CalibrateResultSaid as CalibrateResult,
  type ClientSettings,
  calibrateMethod,
  calibrateParamsSchema,
  type DiagnoseResultSaid as DiagnoseResult,
  diagnoseMethod,
  diagnoseParamsSchema,
  type ProbeProgressSaid as ProbeProgress,
} from '../protocol.ts';

export type DiagnosisDesk = Pick<Diagnosis, 'diagnose' | 'calibrate'>;

/** What a conversation gives its part about the probe. */
export interface DiagnoseRequests {
  readonly desk: DiagnosisDesk;
  readonly settings: () => ClientSettings;
  /** Runs until the request is cancelled or the client is gone. */
  readonly cancellable: <T>(token: CancellationToken, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  readonly progress: (token: string | number, value: ProbeProgress) => void;
}

type Handler = (params: unknown, token: CancellationToken) => Promise<DiagnoseResult | CalibrateResult>;

export function diagnoseHandlers({
  desk,
  settings,
  cancellable,
  progress,
}: DiagnoseRequests): ReadonlyMap<string, Handler> {
  const teller = (token: string | number | undefined) => (value: ProbeProgress) => {
    if (token !== undefined) progress(token, value);
  };
  return new Map<string, Handler>([
    [
      diagnoseMethod,
      (params, token) => {
        const { client, workDoneToken } = diagnoseParamsSchema.parse(params);
        return cancelled(token, () =>
          cancellable(token, (signal) => desk.diagnose(client, settings(), teller(workDoneToken), signal)),
        );
      },
    ],
    [
      calibrateMethod,
      (params, token) => {
        const { count, workDoneToken } = calibrateParamsSchema.parse(params ?? {});
        return cancelled(token, () =>
          cancellable(token, (signal) => desk.calibrate(settings(), count, teller(workDoneToken), signal)),
        );
      },
    ],
  ]);
}

/** What was cancelled ends as that, whatever it was in the middle of; who may not even wait hears why. */
async function cancelled<T>(token: CancellationToken, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TooManyWait) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
    if (!token.isCancellationRequested) throw error;
    throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Nobody waits for it any more.');
  }
}
