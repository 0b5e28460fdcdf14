/** `punctual/log`: what the scheduler heard and decided, for whoever wants to play it again. */
import { sentence } from '../core/sentence.ts';
import { errorCodes, type LogResult, logMethod } from '../protocol.ts';
import { refused } from './refused.ts';

export interface LogSource {
  readonly isOn: boolean;
  /** Everything until now, as a file. */
  export(): Promise<Uint8Array>;
}

const offMessage = sentence(
  "This runtime keeps no log, as PUNCTUAL_LOG_MB is 0: set it to another size or leave it away, then run 'punctual stop'.",
);

export function logHandlers(source: LogSource): ReadonlyMap<string, () => Promise<LogResult>> {
  return new Map([
    [
      logMethod,
      async () => {
        if (!source.isOn) throw refused(errorCodes.log, offMessage, 'logOff');
        return { log: Buffer.from(await source.export()).toString('base64') };
      },
    ],
  ]);
}
