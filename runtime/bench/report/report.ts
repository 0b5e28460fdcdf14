/**
 * What a bench reports: plain data that any bench fills and `renderReport` draws. Only types here; nothing of a policy or an engine.
 * A number that is not finite counts as not measured: it is drawn nowhere and shown as a dash.
 */

export interface Report {
  readonly title: string;
  /** One paragraph: what was asked, and what came out. */
  readonly summary?: string;
  readonly run: Run;
  readonly sections: readonly Section[];
}

/** What one needs to run it again. */
export interface Run {
  /** As typed. */
  readonly command: string;
  readonly seeds: readonly number[];
  readonly commit?: string | undefined;
  readonly machine: Machine;
  /** What else is fixed, in the order given: the model, the cost table, the window. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Nothing more: a report may be published, and a host's name or a user's path says nothing about speed. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
}

export type Section = TextSection | LinesSection | DistributionSection | TimelineSection | TableSection;

interface Headed {
  /** Unique within a report: it names the section in the contents. */
  readonly title: string;
  /** How to read it, or what to be careful with. */
  readonly note?: string;
}

export interface TextSection extends Headed {
  readonly kind: 'text';
  readonly paragraphs: readonly string[];
}

/** One value over another: goodput over load. */
export interface LinesSection extends Headed {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
}

export interface LineSeries extends Named {
  readonly points: readonly Point[];
}

export interface Point extends Measured {
  readonly x: number;
}

/** How large a share came within which time: a CDF of TTFT or E2E. The axis is logarithmic: values that are not above 0 count at its left end. */
export interface DistributionSection extends Headed {
  readonly kind: 'distribution';
  readonly value: Omit<Axis, 'scale'>;
  readonly series: readonly DistributionSeries[];
  /** Drawn as vertical lines. */
  readonly promises?: readonly Promised[];
}

export interface DistributionSeries extends Named {
  readonly values: readonly number[];
  /** How many never got an answer: they count as later than any value, so the curve ends below 100 %. */
  readonly unanswered?: number;
}

export interface Promised {
  /** "TTFT 1 s". */
  readonly label: string;
  /** In the unit of the axis. */
  readonly at: number;
}

/** What each sequence did in every forward pass. All times are ms since any fixed moment. */
export interface TimelineSection extends Headed {
  readonly kind: 'timeline';
  readonly lanes: readonly Lane[];
}

/** One sequence, or one queue of waiting tasks. */
export interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
  readonly marks?: readonly Mark[];
}

/** The lane's part in one pass, or a wait. Spans of one lane do not overlap. */
export interface Span {
  readonly activity: Activity;
  readonly startMs: number;
  readonly endMs: number;
  /** For whom. */
  readonly task?: string;
  /** Evaluated in this span. */
  readonly tokens?: number;
}

/** In the order of the legend. A pause holds the KV of a task that does not run. */
export const activities = ['prefill', 'decode', 'pause'] as const;
export type Activity = (typeof activities)[number];

export interface Mark {
  readonly event: MarkEvent;
  readonly atMs: number;
  readonly task?: string;
  readonly note?: string;
}

/** In the order of the legend. `promise` is a deadline. */
export const markEvents = [
  'arrival',
  'first token',
  'finished',
  'promise',
  'relegated',
  'cancelled',
  'rejected',
] as const;
export type MarkEvent = (typeof markEvents)[number];

export interface TableSection extends Headed {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  /** As many cells as columns; the first names the row. */
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly label: string;
  readonly unit?: string;
  /** A column of what is compared against, or of what cannot be passed. */
  readonly role?: Role;
}

/** Undefined is "not measured". */
export type Cell = string | number | Measured | undefined;

/** A value, with its 95 % interval where there is one, and what it was to reach. */
export interface Measured {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly target?: Target;
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

export interface Axis {
  readonly label: string;
  /** `ms` is shown as ms or s, whichever reads better; any other unit is written behind the numbers. */
  readonly unit?: string;
  /** Linear by default. A logarithmic axis leaves out what is not above 0. */
  readonly scale?: 'linear' | 'log';
  /** By default the data decide. */
  readonly min?: number;
  readonly max?: number;
}

interface Named {
  /** The same name has the same colour in the whole report. */
  readonly name: string;
  /** By default what the bench is about: a policy of ours. */
  readonly role?: Role;
}

/** What a series is compared against, and what no policy can pass. */
export type Role = 'baseline' | 'bound';
