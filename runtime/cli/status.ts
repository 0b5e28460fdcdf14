/** `punctual status`: promised against measured. Starts no runtime. */
import type { ClassStatus, Errors, Status } from '../protocol.ts';
import { type Command, commonHelp, exitCodes } from './command.ts';
import { withRunning } from './session.ts';

export const status: Command = {
  name: 'status',
  usage: '[--json]',
  summary: 'promised against measured, per class of tasks; models in memory',
  options: {},
  help: commonHelp,
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
  const head = ['', 'promised', 'p50', 'p95', 'kept', 'running', 'waiting'];
  const rows = [head, ...current.classes.map(classRow)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
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
  return `${[...table, '', ...errorLines(current), ...models, runtime].join('\n')}\n`;
}

function classRow(entry: ClassStatus): string[] {
  const measured = entry.sla.kind === 'ttft' ? entry.ttftMs : entry.e2eMs;
  const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} ms`);
  return [
    entry.class,
    `${entry.sla.kind.toUpperCase()} ${entry.sla.targetMs} ms`,
    ms(measured?.p50),
    ms(measured?.p95),
    entry.decided === 0 ? '–' : `${entry.kept} of ${entry.decided}`,
    String(entry.running),
    String(entry.waiting),
  ];
}

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
  return lines.length === 0 ? [] : ['predicted times were off by', ...lines, ''];
}

function errorLine(name: string, parts: readonly [what: string, errors: Errors | undefined][]): string | undefined {
  const percent = (error: number): string => `${Math.round(100 * error)} %`;
  const known = parts.flatMap(([what, errors]) =>
    errors === undefined ? [] : [`${what} ${percent(errors.p50)} (p90 ${percent(errors.p90)}, last ${errors.samples})`],
  );
  return known.length === 0 ? undefined : `  ${name}: ${known.join('; ')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
