/** What each sequence did in every forward pass: a lane each, wide enough to see single passes, scrolled under fixed names. Pure. */
import type { CustomSeriesRenderItem } from 'echarts/types/dist/shared';
import { axisStyle, drawn } from './chart.ts';
import { type Html, html } from './html.ts';
import { legend, shapes, swatch } from './looks.ts';
import { numberText, quantityText } from './numbers.ts';
import {
  type Activity,
  activities,
  type Lane,
  type Mark,
  type MarkEvent,
  markEvents,
  type TimelineSection,
} from './report.ts';
import { type DrawnSpan, drawnSpans } from './spans.ts';
import { numbersBelow } from './table.ts';

const laneHeight = 34;
const top = 26;
const bottom = 12;
const widthMin = 760;
const widthMax = 16_000;
/** So many px for a span, if there is room. */
const spanPx = 3;

/** Shares of the lane's height: activities differ in height as well as in colour. */
const bars: Readonly<Record<Activity, { readonly color: string; readonly height: number }>> = {
  prefill: { color: 'var(--s1)', height: 0.62 },
  decode: { color: 'var(--s0)', height: 0.34 },
  pause: { color: 'var(--baseline)', height: 0.09 },
};

const signs: Readonly<Record<MarkEvent, { readonly color: string; readonly path: string }>> = {
  arrival: { color: 'var(--ink)', path: shapes.triangleDown },
  'first token': { color: 'var(--s4)', path: shapes.circle },
  finished: { color: 'var(--s2)', path: shapes.square },
  promise: { color: 'var(--ink)', path: 'M-.2 -1L.2 -1L.2 1L-.2 1Z' },
  relegated: { color: 'var(--s3)', path: shapes.diamond },
  cancelled: { color: 'var(--s1)', path: shapes.cross },
  rejected: { color: 'var(--s1)', path: 'M-1 -.3L1 -.3L1 .3L-1 .3Z' },
};

type DrawnMark = Mark & { readonly lane: number };

export function timelineChart(section: TimelineSection, id: string): Html {
  const { lanes } = section;
  const { spans, gapMs, endMs } = drawnSpans(lanes);
  const marks = lanes
    .flatMap((lane, place) => (lane.marks ?? []).map((mark) => ({ ...mark, lane: place })))
    .filter(({ atMs }) => Number.isFinite(atMs) && atMs < endMs);
  const numbers = html`${lanesTable(section)}${marksTable(section, marks)}`;
  if (spans.length + marks.length === 0) return html`<p>No data.</p>${numbers}`;
  const times = [...spans.flatMap((span) => [span.startMs, span.endMs]), ...marks.map(({ atMs }) => atMs)];
  const starts = new Set(spans.map(({ startMs }) => startMs)).size;
  const width = Math.min(Math.max(starts * spanPx, widthMin), widthMax);
  const height = top + lanes.length * laneHeight + bottom;
  const bySeries = [
    ...activities.map((activity) => spans.filter((span) => span.activity === activity)),
    ...markEvents.map((event) => marks.filter((mark) => mark.event === event)),
  ];
  const svg = drawn({
    id,
    title: section.title,
    description: `Passes of ${lanes.length} lanes over time: ${lanes.map(({ name }) => name).join(', ')}. Sums stand in the table below.`,
    width,
    height,
    options: timelineOptions(lanes, times, width, bySeries),
    pointTitle: (series, index) => titleOf(lanes, bySeries[series]?.[index]),
  });
  const names = lanes.map(({ name }) => html`<li>${name}</li>`);
  return html`${legend(legendEntries(spans, marks))}
<div class="timeline" style="--lane:${laneHeight}px;--top:${top}px"><ol>${names}</ol>
<div class="scroll" tabindex="0" role="region" aria-label="${section.title}"><div style="width:${width}px">${svg}</div></div></div>
${cutNote(gapMs, endMs)}${numbers}`;
}

function timelineOptions(
  lanes: readonly Lane[],
  times: readonly number[],
  width: number,
  bySeries: readonly (readonly (DrawnSpan | DrawnMark)[])[],
): Record<string, unknown> {
  const least = times.reduce((low, time) => Math.min(low, time), Number.POSITIVE_INFINITY);
  const largest = times.reduce((high, time) => Math.max(high, time), least + 1);
  const formatter = (value: number): string => `${numberText(value / 1000)} s`;
  return {
    grid: { left: 10, right: 24, top, bottom },
    xAxis: {
      ...axisStyle,
      type: 'value',
      position: 'top',
      min: least,
      max: largest,
      splitNumber: Math.max(Math.floor(width / 100), 1),
      axisLabel: { ...axisStyle.axisLabel, formatter, showMinLabel: false, showMaxLabel: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: lanes.length,
      interval: 1,
      inverse: true,
      axisLabel: { show: false },
      axisTick: { show: false },
      splitLine: axisStyle.splitLine,
    },
    series: bySeries.map((entries, place) => ({
      type: 'custom',
      emphasis: { disabled: true },
      renderItem: place < activities.length ? barItem(place) : signItem(place - activities.length),
      data: entries.map((entry) =>
        'event' in entry ? [entry.atMs, entry.lane, 0] : [entry.startMs, entry.lane, entry.endMs],
      ),
    })),
  };
}

function barItem(place: number): CustomSeriesRenderItem {
  const { color, height } = bars[activities[place] ?? 'pause'];
  return (_params, api) => {
    const [left = 0, middle = 0] = api.coord([api.value(0), Number(api.value(1)) + 0.6]);
    const [right = 0] = api.coord([api.value(2), 0]);
    const high = height * laneHeight;
    const pathData = `M${tenths(left)} ${tenths(middle - high / 2)}h${tenths(Math.max(right - left - 0.4, 0.6))}v${tenths(high)}H${tenths(left)}z`;
    return { type: 'path', shape: { pathData }, style: { fill: color } };
  };
}

function signItem(place: number): CustomSeriesRenderItem {
  const { color, path } = signs[markEvents[place] ?? 'arrival'];
  return (_params, api) => {
    const [x = 0, y = 0] = api.coord([api.value(0), Number(api.value(1)) + 0.16]);
    return {
      type: 'path',
      x: tenths(x),
      y: tenths(y),
      scaleX: 4.5,
      scaleY: 4.5,
      shape: { pathData: path },
      style: { fill: color },
    };
  };
}

/** A tenth of a pixel is finer than anyone sees, and half as long to write. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function titleOf(lanes: readonly Lane[], entry: DrawnSpan | DrawnMark | undefined): string | undefined {
  if (!entry) return undefined;
  const about = [lanes[entry.lane]?.name, entry.task];
  if ('event' in entry) return words([...about, entry.event, timeText(entry.atMs), entry.note]);
  const passes = entry.passes > 1 ? `${entry.passes} passes` : undefined;
  const tokens = entry.tokens === undefined ? undefined : `${entry.tokens} tokens`;
  return words([
    ...about,
    entry.activity,
    passes,
    tokens,
    `${timeText(entry.startMs)} + ${quantityText(entry.endMs - entry.startMs, 'ms')}`,
  ]);
}

function words(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** To the ms, at any length of the run. */
function timeText(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function legendEntries(spans: readonly DrawnSpan[], marks: readonly DrawnMark[]): { name: string; swatch: Html }[] {
  const usedActivities = activities.filter((name) => spans.some(({ activity }) => activity === name));
  const usedEvents = markEvents.filter((name) => marks.some(({ event }) => event === name));
  return [
    ...usedActivities.map((name) => {
      const high = 16 * bars[name].height;
      return {
        name,
        swatch: swatch(html`<rect x="6" y="${6 - high / 2}" width="22" height="${high}" fill="${bars[name].color}"/>`),
      };
    }),
    ...usedEvents.map((name) => {
      const { color, path } = signs[name];
      return { name, swatch: swatch(html`<path d="${path}" transform="translate(17 6) scale(4.5)" fill="${color}"/>`) };
    }),
  ];
}

function cutNote(gapMs: number, endMs: number): Html | undefined {
  const joined =
    gapMs > 0 ? `Equal passes of one task that are at most ${quantityText(gapMs, 'ms')} apart are drawn as one. ` : '';
  const cut = Number.isFinite(endMs) ? `What begins after ${timeText(endMs)} is not drawn.` : '';
  return joined + cut === '' ? undefined : html`<p class="note">${joined}${cut}</p>`;
}

function lanesTable({ title, lanes }: TimelineSection): Html {
  const sum = ({ spans }: Lane, activity: Activity, what: (span: Lane['spans'][number]) => number): number =>
    spans.filter((span) => span.activity === activity).reduce((total, span) => total + what(span), 0);
  return numbersBelow(
    {
      kind: 'table',
      title: `${title}: sums`,
      columns: [
        { label: 'Lane' },
        ...activities.flatMap((name) => [
          { label: `${name}: spans` },
          { label: 'tokens' },
          { label: 'time', unit: 's' },
        ]),
      ],
      rows: lanes.map((lane) => [
        lane.name,
        ...activities.flatMap((name) => [
          sum(lane, name, () => 1),
          sum(lane, name, ({ tokens = 0 }) => tokens),
          sum(lane, name, ({ startMs, endMs }) => endMs - startMs) / 1000,
        ]),
      ]),
    },
    'Sums',
  );
}

/** The whole list would be longer than the chart it explains. */
const marksTabled = 500;

function marksTable({ title, lanes }: TimelineSection, marks: readonly DrawnMark[]): Html | undefined {
  if (marks.length === 0) return undefined;
  const byTime = [...marks].sort((a, b) => a.atMs - b.atMs).slice(0, marksTabled);
  const columns = [{ label: 'Time' }, { label: 'Lane' }, { label: 'Task' }, { label: 'Event' }, { label: 'Note' }];
  const rows = byTime.map(({ atMs, lane, task, event, note }) => [
    timeText(atMs),
    lanes[lane]?.name,
    task ?? '',
    event,
    note ?? '',
  ]);
  const left = marks.length - byTime.length;
  const more = left > 0 ? html`<p class="note">The other ${left} events are only in the chart.</p>` : undefined;
  return html`${numbersBelow({ kind: 'table', title: `${title}: events`, columns, rows }, 'Events')}${more}`;
}
