/** What the demo shows at its end: promised against measured, by the runtime and by this client. */
import { quantiles } from '../../core/metrics.ts';
import type { ClassStatus, Status } from '../../protocol.ts';
import { type TextColumn, textTable } from '../text-table.ts';
import { duration } from './frame.ts';
import type { SeenMs } from './play.ts';

const columns: readonly TextColumn[] = [
  { label: '', isText: true },
  { label: 'promised', isText: true },
  ...['TTFT p50', 'p95', 'E2E p50', 'p95', 'kept', 'seen p95'].map((label) => ({ label })),
];

/** A table of at most 79 columns: one line per class, what it promises and what was measured. */
export function report(status: Status, seenMs: SeenMs): string {
  const rows = status.classes.map((entry) => row(entry, seenMs));
  return `${textTable(columns, rows).replace(/^/gm, ' ')}\n`;
}

export const legend =
  ' TTFT: to the first token. E2E: to the last. Measured by the runtime from arrival;\n' +
  ' seen: by this program, from its request to the whole answer.\n';

function row(entry: ClassStatus, seenMs: SeenMs): string[] {
  const ms = (value: number | undefined): string => (value === undefined ? '–' : duration(value));
  // The play asks for nothing in a sentence.
  const seen = entry.class === 'generate' ? [] : seenMs[entry.class];
  return [
    entry.class,
    `${entry.sla.kind.toUpperCase()} ${duration(entry.sla.targetMs)}`,
    ms(entry.ttftMs?.p50),
    ms(entry.ttftMs?.p95),
    ms(entry.e2eMs?.p50),
    ms(entry.e2eMs?.p95),
    entry.decided === 0 ? '–' : `${entry.kept}/${entry.decided}`,
    ms(quantiles(seen)?.p95),
  ];
}
