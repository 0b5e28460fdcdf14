/** `punctual diagnose`: a real probe of everything, in findings with one action each; with `--calibrate` what this machine can promise. */
import {
  type Calibrated,
  type CalibrateResult,
  type ClientFacts,
  calibrateMethod,
  calibrateResultSchema,
  type DiagnoseResult,
  diagnoseMethod,
  diagnoseResultSchema,
  type Finding,
  probeProgressSchema,
  protocolVersion,
} from '../protocol.ts';
import { type Command, commonHelp, exitCodes, type Io, type Values } from './command.ts';
import { type Session, withSession } from './session.ts';
import { versionOf } from './version.ts';

export const diagnose: Command = {
  name: 'diagnose',
  usage: '[--calibrate] [--markdown] [--model MODEL] [--json]',
  summary: 'find out what is wrong: loads each chosen model and times completions',
  options: { calibrate: { type: 'boolean' }, markdown: { type: 'boolean' } },
  help: {
    calibrate: 'measure what this machine can promise instead',
    markdown: 'the whole report, for an issue: without paths and names of yours',
    ...commonHelp,
  },
  positionals: 0,

  run(_, values, io) {
    return withSession(io, values, (session) =>
      values['calibrate'] ? calibrated(session, values, io) : diagnosed(session, values, io),
    );
  },
};

/** Fails when there is a problem, so that a script need not read the text. */
async function diagnosed(session: Session, values: Values, io: Io): Promise<number> {
  const client: ClientFacts = { client: 'cli', version: versionOf(io), protocol: protocolVersion };
  const schemas = { result: diagnoseResultSchema, progress: probeProgressSchema };
  const result = await session.follow(diagnoseMethod, { client }, schemas, teller(io));
  io.out(values['json'] ? `${JSON.stringify(result)}\n` : values['markdown'] ? result.markdown : findingsText(result));
  return result.findings.some(({ level }) => level === 'problem') ? exitCodes.failed : exitCodes.done;
}

async function calibrated(session: Session, values: Values, io: Io): Promise<number> {
  const schemas = { result: calibrateResultSchema, progress: probeProgressSchema };
  const result = await session.follow(calibrateMethod, {}, schemas, teller(io));
  io.out(values['json'] ? `${JSON.stringify(result)}\n` : promisesText(result));
  return result.classes.length === 0 ? exitCodes.failed : exitCodes.done;
}

/** A line when something new begins, for whoever sits at a terminal. */
function teller(io: Io): (progress: { readonly message: string }) => void {
  let last = '';
  return ({ message }) => {
    if (io.terminal !== undefined && message !== last) io.err(`${message} …\n`);
    last = message;
  };
}

const marks: Readonly<Record<Finding['level'], string>> = { problem: 'PROBLEM', note: 'note', ok: 'ok' };
const markWidth = Math.max(...Object.values(marks).map(({ length }) => length));

export function findingsText({ findings }: Pick<DiagnoseResult, 'findings'>): string {
  const indent = ' '.repeat(markWidth + 2);
  return findings
    .flatMap(({ level, title, detail, action }) => {
      const does = action && (action.shell ?? action.title);
      return [
        `${marks[level].padEnd(markWidth)}  ${title}`,
        ...(level === 'ok' || detail === undefined || detail === '' ? [] : [`${indent}${detail}`]),
        ...(level === 'ok' || does === undefined ? [] : [`${indent}→ ${does}`]),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');
}

export function promisesText({ classes, problems }: CalibrateResult): string {
  return [...classes.flatMap(promiseLines), ...problems].map((line) => `${line}\n`).join('');
}

function promiseLines({ class: name, kind, canKeepMs, targetMs, how }: Calibrated): string[] {
  const what = kind === 'ttft' ? 'first token' : 'whole answer';
  return [`${name}: this machine can keep ${canKeepMs} ms to the ${what} (promised now: ${targetMs} ms)`, `  ${how}`];
}
