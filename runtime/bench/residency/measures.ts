/** What is told of every contender in every cell: columns of the page and of the tables, members of the data. */
import type { Measure } from './figures.ts';

export interface NamedMeasure {
  /** In the data; says the unit. */
  readonly name: string;
  /** In a table. */
  readonly label: string;
  readonly unit?: string;
  readonly measure: Measure;
}

export const measures: readonly NamedMeasure[] = [
  { name: 'goodputPercent', label: 'goodput, mean of classes', unit: '%', measure: ({ goodput }) => goodput },
  { name: 'goodputAllPercent', label: 'goodput of all', unit: '%', measure: ({ goodputAll }) => goodputAll },
  { name: 'summarizePercent', label: 'summaries', unit: '%', measure: ({ classes }) => classes.summarize },
  { name: 'translatePercent', label: 'translations', unit: '%', measure: ({ classes }) => classes.translate },
  { name: 'chatPercent', label: 'chats', unit: '%', measure: ({ classes }) => classes.chat },
  { name: 'loadSeconds', label: 'loading', unit: 's', measure: ({ loadSeconds }) => loadSeconds },
  { name: 'loads', label: 'loads', measure: ({ loads }) => loads },
  { name: 'loadsAhead', label: 'ahead', measure: ({ loadsAhead }) => loadsAhead },
  { name: 'loadsWasted', label: 'wasted', measure: ({ loadsWasted }) => loadsWasted },
  { name: 'wastedSeconds', label: 'wasted', unit: 's', measure: ({ wastedSeconds }) => wastedSeconds },
  { name: 'evictions', label: 'evictions', measure: ({ evictions }) => evictions },
  { name: 'resizes', label: 'resizes', measure: ({ resizes }) => resizes },
  { name: 'otherTtftP95Ms', label: 'other TTFT p95', unit: 'ms', measure: ({ otherTtftP95 }) => otherTtftP95 },
  {
    name: 'completionTtftP95Ms',
    label: 'completion p95',
    unit: 'ms',
    measure: ({ completionTtftP95 }) => completionTtftP95,
  },
  {
    name: 'completionTtftP99Ms',
    label: 'completion p99',
    unit: 'ms',
    measure: ({ completionTtftP99 }) => completionTtftP99,
  },
  { name: 'readAheadGb', label: 'read ahead', unit: 'GB', measure: ({ readAheadGb }) => readAheadGb },
  {
    name: 'substitutedPercent',
    label: 'by stand-ins',
    unit: '%',
    measure: ({ substitutedPercent }) => substitutedPercent,
  },
];
