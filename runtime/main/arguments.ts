/** What the runtime is started with. */
import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Home, homeFolder } from '../client/home.ts';
import { recorderBytesMax } from '../log/recorder.ts';

const idleMsDefault = 60_000;

/** Where it is told that a log of other than the default size is to be kept. */
const logSizeName = 'PUNCTUAL_LOG_MB';
/** As base64 it has to fit into a message. */
const logMegabytesMax = 20;

export interface Arguments {
  readonly home: Home;
  readonly port: number;
  /** 0: never ends by itself. */
  readonly idleMs: number;
  /** Of the log of what the scheduler hears and decides, packed; 0: none is kept. */
  readonly logBytesMax: number;
  readonly engineProgram: string;
  /** Metrics and traces, for those who ask for them. */
  readonly telemetryProgram: string;
  readonly media: string;
  /** Parsers, as the build leaves them. */
  readonly grammars: string;
}

/** @param programs the folder of the built programs. @throws Error with a sentence for whoever started this by hand. */
export function readArguments(argv: readonly string[], programs: string): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      home: { type: 'string' },
      port: { type: 'string' },
      'idle-ms': { type: 'string' },
      engine: { type: 'string' },
    },
  });
  const number = (name: 'port' | 'idle-ms', max: number, fallback: number): number => {
    const text = values[name];
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw new Error(`--${name} is '${text}': give a whole number from 0 to ${max}.`);
    return value;
  };
  return {
    home: new Home(
      values.home
        ? path.resolve(values.home)
        : homeFolder({ env: process.env, platform: process.platform, homedir: homedir() }),
    ),
    port: number('port', 65_535, 0),
    idleMs: number('idle-ms', 2_147_483_647, idleMsDefault),
    logBytesMax: logBytesMax(process.env[logSizeName]),
    engineProgram: values.engine ? path.resolve(values.engine) : path.join(programs, 'engine.mjs'),
    telemetryProgram: path.join(programs, 'telemetry.mjs'),
    media: path.join(programs, '..', 'media'),
    grammars: path.join(programs, 'grammars'),
  };
}

/** @throws Error with a sentence, as above. */
function logBytesMax(megabytes: string | undefined): number {
  if (megabytes === undefined || megabytes === '') return recorderBytesMax;
  const size = Number(megabytes);
  if (!(size >= 0 && size <= logMegabytesMax))
    throw new Error(`${logSizeName} is '${megabytes}': give a number from 0 (no log is kept) to ${logMegabytesMax}.`);
  return size * 1024 * 1024;
}
