/** What `punctual status` prints: a line for each class of tasks and each model. Pure. */
import type { ClassStatus, Errors, ModelStatus, Status, WorkflowStatus } from '../protocol.ts';
import { acceptanceLine } from './feedback-line.ts';
import { speedText } from './models-table.ts';
import { type TextColumn, textTable } from './text-table.ts';

/** `port`: of 127.0.0.1, where the runtime listens. */
export function statusTable(current: Status, port?: number): string {
  const columns = columnsOf(current);
  const rows = current.classes.map((entry) => columns.map(({ cell }) => cell(entry)));
  const {
    version,
    pid,
    clients,
    engineRestarts,
    suggestions,
    outcomes,
    ahead,
    workflows = [],
    problems = [],
  } = current;
  const at = port === undefined ? '' : `, port ${port}`;
  const runtime = `runtime ${version}, process ${pid}${at}, ${counted(clients, 'client')}, ${counted(engineRestarts, 'engine restart')}`;
  const legend = `p50, p95: half, and 95 %, of the answers of the last ${minutes(current.windowMs)} took at most so long, to the first token (TTFT) or to the end (E2E).`;
  return `${[textTable(columns, rows), legend, '', ...suggestionLine(suggestions), ...outcomeLine(outcomes), ...workflowLines(workflows), ...errorLines(current), ...aheadLines(ahead), ...current.models.map(modelLine), runtime, ...problems].join('\n')}\n`;
}

/** Nothing before the first one. */
function suggestionLine(suggestions: Status['suggestions']): string[] {
  if (suggestions === undefined) return [];
  const { typed, cache, joined, generated } = suggestions;
  if (typed + cache + joined + generated === 0) return [];
  const answers = `${generated} generated, ${joined} joined while they were, ${cache} kept from before, ${typed} as typed`;
  return [`suggestions since the runtime began: ${answers}`, ''];
}

/** Nothing before the first one. */
function outcomeLine(outcomes: Status['outcomes']): string[] {
  return outcomes === undefined || outcomes.shown === 0 ? [] : [acceptanceLine(outcomes), ''];
}

/** What it cost to be early, and how often that helped; nothing before the first time. */
function aheadLines(ahead: Status['ahead']): string[] {
  if (ahead === undefined) return [];
  const { loads, reads } = ahead;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const loaded = `models loaded ahead: ${loads.begun}, of which ${loads.used} were used and ${loads.wasted} left unused (${seconds(loads.wastedMs)} of loading wasted)`;
  const read = `files read ahead: ${gigabytes(reads.bytesRead)}, of which loads found ${gigabytes(reads.bytesUsed)} in memory (at most ${seconds(reads.cpuMs)} of a processor)`;
  return [...(loads.begun > 0 ? [loaded] : []), ...(reads.bytesRead > 0 ? [read] : []), ''];
}

/** A line has room for a few. */
const labelsMax = 3;

function firstOf(labels: readonly string[]): string {
  const more = labels.length - labelsMax;
  return [...labels.slice(0, labelsMax), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

/** What is under way in several calls, and where each of them is. */
function workflowLines(workflows: readonly WorkflowStatus[]): string[] {
  const lines = workflows.flatMap(({ title, elapsedMs, targetMs, stages }) => {
    const labels = (state: WorkflowStatus['stages'][number]['state']): string[] =>
      stages.filter((stage) => stage.state === state).map(({ label }) => label);
    const running = labels('running');
    const parts = [
      `${labels('done').length} of ${counted(stages.length, 'call')} done`,
      ...(running.length > 0 ? [`under way: ${firstOf(running)}`] : []),
      ...(['left out', 'failed'] as const).flatMap((state) =>
        labels(state).length > 0 ? [`${state}: ${firstOf(labels(state))}`] : [],
      ),
    ];
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    return [`${title}: ${seconds(elapsedMs)} of ${seconds(targetMs)} s, ${parts.join(', ')}`];
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function modelLine({
  name,
  state,
  pinned,
  memoryBytes,
  sequences,
  contextTokens,
  device,
  speed,
  progress,
  error,
}: ModelStatus): string {
  const facts = [
    state === 'loading' && progress !== undefined ? `loading, ${percent(progress)}` : state,
    ...(pinned === 'user' ? ['pinned'] : []),
    ...(memoryBytes === undefined ? [] : [`${Math.round(memoryBytes / 1e6)} MB`]),
    ...(sequences === undefined ? [] : [counted(sequences, 'sequence')]),
    ...(contextTokens === undefined ? [] : [`context of ${contextTokens} tokens`]),
    ...(device === undefined ? [] : [`on ${device}`]),
    ...(speed === undefined ? [] : [`${speedText(speed)} tokens/s`]),
  ];
  return `${name}: ${facts.join(', ')}${error ? `: ${error}` : ''}`;
}

interface Column extends TextColumn {
  readonly cell: (entry: ClassStatus) => string;
}

/** What went wrong has a column only where something did. */
function columnsOf({ classes }: Status): Column[] {
  const measured = ({ sla, ttftMs, e2eMs }: ClassStatus): ClassStatus['ttftMs'] =>
    sla.kind === 'ttft' ? ttftMs : e2eMs;
  const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} ms`);
  const troubles: Column[] = [
    { label: 'failed', cell: ({ failed }) => String(failed) },
    { label: 'refused', cell: ({ refused = 0 }) => String(refused) },
  ];
  return [
    { label: '', isText: true, cell: (entry) => entry.class },
    { label: 'promised', cell: ({ sla }) => `${sla.kind.toUpperCase()} ${sla.targetMs} ms` },
    { label: 'p50', cell: (entry) => ms(measured(entry)?.p50) },
    { label: 'p95', cell: (entry) => ms(measured(entry)?.p95) },
    { label: 'kept', cell: ({ kept, decided }) => (decided === 0 ? '–' : `${kept} of ${decided}`) },
    ...troubles.filter(({ cell }) => classes.some((entry) => cell(entry) !== '0')),
    { label: 'running', cell: ({ running }) => String(running) },
    { label: 'waiting', cell: ({ waiting }) => String(waiting) },
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
  const known = parts.flatMap(([what, errors]) =>
    errors === undefined ? [] : [`${what} ${percent(errors.p50)} (p90 ${percent(errors.p90)}, of ${errors.samples})`],
  );
  return known.length === 0 ? undefined : `  ${name}: ${known.join('; ')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
