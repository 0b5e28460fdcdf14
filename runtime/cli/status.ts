/** `punctual status`: promised against measured. Starts no runtime. */
import type { ClassStatus, Errors, Status } from '../protocol.ts';
import { type Command, commonHelp, exitCodes } from './command.ts';
import { withRunning } from './session.ts';

export const status: Command = {
  name: 'status',
  usage: '[--json]',
  summary: 'promised against measured, per class of tasks; models in memory',
  options: {},
  help: { json: commonHelp.json, help: commonHelp.help },
  positionals: 0,

  async run(_, values, io) {
    const current = await withRunning(io, (session) => session.status());
    if (values['json']) io.out(`${JSON.stringify(current ? { running: true, ...current } : { running: false })}\n`);
    else
      io.out(
        current ? statusTable(current) : 'No runtime is running: it starts when an editor or a command needs it.\n',
      );
    return exitCodes.done;
  },
};

export function statusTable(current: Status): string {
  const columns = columnsOf(current);
  const rows = [
    columns.map(({ head }) => head),
    ...current.classes.map((entry) => columns.map(({ cell }) => cell(entry))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const models = current.models.map(({ name, state, memoryBytes, error }) => {
    const memory = memoryBytes === undefined ? '' : `, ${Math.round(memoryBytes / 1e6)} MB`;
    return `${name}: ${state}${memory}${error ? `: ${error}` : ''}`;
  });
  const runtime = `runtime ${current.version}, process ${current.pid}, ${counted(current.clients, 'client')}, ${counted(current.engineRestarts, 'engine restart')}`;
  const legend = `p50, p95: half, and 95 %, of the answers of the last ${minutes(current.windowMs)} took at most so long, to the first token (TTFT) or to the end (E2E).`;
  return `${[...table, legend, '', ...errorLines(current), ...models, runtime].join('\n')}\n`;
}

interface Column {
  readonly head: string;
  readonly cell: (entry: ClassStatus) => string;
}

/** What went wrong has a column only where something did. */
function columnsOf({ classes }: Status): Column[] {
  const measured = ({ sla, ttftMs, e2eMs }: ClassStatus): ClassStatus['ttftMs'] =>
    sla.kind === 'ttft' ? ttftMs : e2eMs;
  const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} ms`);
  const troubles: Column[] = [
    { head: 'failed', cell: ({ failed }) => String(failed) },
    { head: 'refused', cell: ({ refused = 0 }) => String(refused) },
  ];
  return [
    { head: '', cell: (entry) => entry.class },
    { head: 'promised', cell: ({ sla }) => `${sla.kind.toUpperCase()} ${sla.targetMs} ms` },
    { head: 'p50', cell: (entry) => ms(measured(entry)?.p50) },
    { head: 'p95', cell: (entry) => ms(measured(entry)?.p95) },
    { head: 'kept', cell: ({ kept, decided }) => (decided === 0 ? '–' : `${kept} of ${decided}`) },
    ...troubles.filter(({ cell }) => classes.some((entry) => cell(entry) !== '0')),
    { head: 'running', cell: ({ running }) => String(running) },
    { head: 'waiting', cell: ({ waiting }) => String(waiting) },
  ];
}

function minutes(ms: number): string {
  return counted(Math.round(ms / 60_000), 'minute');
}

const errorHead =
  'Predicted times were off by (half of them by less; p90: nine of ten by less; of the latest N tasks or passes)';

/** How far predictions can be trusted; nothing before there is anything to compare. */
function errorLines({ classes, models }: Status): string[] {
  const lines = [
    ...classes.map((entry) =>
      errorLine(entry.class, [
        ['TTFT', entry.ttftError],
        ['E2E', entry.e2eError],
      ]),
    ),
    ...models.map(({ name, prefillError, decodeError }) =>
      errorLine(name, [
        ['prefill passes', prefillError],
        ['decode passes', decodeError],
      ]),
    ),
  ].filter((line) => line !== undefined);
  return lines.length === 0 ? [] : [errorHead, ...lines, ''];
}

function errorLine(name: string, parts: readonly [what: string, errors: Errors | undefined][]): string | undefined {
  const percent = (error: number): string => `${Math.round(100 * error)} %`;
  const known = parts.flatMap(([what, errors]) =>
    errors === undefined ? [] : [`${what} ${percent(errors.p50)} (p90 ${percent(errors.p90)}, of ${errors.samples})`],
  );
  return known.length === 0 ? undefined : `  ${name}: ${known.join('; ')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
