/** `punctual/log`: what the scheduler heard and decided, for whoever wants to play it again. */
import { sentence } from '../core/sentence.ts';
import { errorCodes, type LogResult, logMethod, logParamsSchema } from '../protocol.ts';
import { refused } from './refused.ts';

export interface LogSource {
  readonly isOn: boolean;
  /** Keeps the text of prompts and answers from now on; undefined when it can keep nothing more. */
  keepText(): LogResult['text'];
  /** Everything until now, as a file. */
  export(withText: boolean): Promise<Uint8Array>;
}

const offMessage = sentence(
  "This runtime keeps no log, as PUNCTUAL_LOG_MB is 0: set it to another size or leave it away, then run 'punctual stop'.",
);
const overMessage = sentence(
  "The recording of this runtime has ended before text was asked for, so none can be kept any more: run 'punctual stop', which begins another, and ask for text before it happens.",
);

export function logHandlers(source: LogSource): ReadonlyMap<string, (params: unknown) => Promise<LogResult>> {
  return new Map([[logMethod, (params) => exported(source, logParamsSchema.parse(params)?.text === true)]]);
}

/** @throws ResponseError when there is no log, or none that could have the text. */
async function exported(source: LogSource, withText: boolean): Promise<LogResult> {
  if (!source.isOn) throw refused(errorCodes.log, offMessage, 'logOff');
  const text = withText ? source.keepText() : undefined;
  if (withText && text === undefined) throw refused(errorCodes.log, overMessage, 'logOver');
  const log = Buffer.from(await source.export(withText)).toString('base64');
  return { log, ...(text && { text }) };
}
