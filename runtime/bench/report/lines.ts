/** A chart of lines with 95 % intervals, and the table of its points. Pure. */
import type { CustomSeriesRenderItem } from 'echarts/types/dist/shared';
import { axisOptions, plot } from './axes.ts';
import { drawn } from './chart.ts';
import { type Html, html } from './html.ts';
import { type Look, legend, lineSwatch } from './looks.ts';
import { intervalOf, measuredText, quantityText } from './numbers.ts';
import type { LineSeries, LinesSection, Point } from './report.ts';
import { numbersBelow } from './table.ts';

export function linesChart(section: LinesSection, id: string, looks: ReadonlyMap<string, Look>): Html {
  const series = section.series.map((line) => ({ ...line, points: drawable(line.points, section) }));
  const numbers = pointsTable(section);
  if (series.every(({ points }) => points.length === 0)) return html`<p>No data.</p>${numbers}`;
  const svg = drawn({
    id,
    title: section.title,
    description: `${section.y.label} over ${section.x.label}: ${section.series.map(({ name }) => name).join(', ')}. The numbers stand in the table below.`,
    width: plot.width,
    height: plot.height,
    options: {
      grid: { left: plot.left, right: plot.right, top: plot.top, bottom: plot.bottom },
      ...axesOf(section, series),
      series: [
        ...series.map((line) => lineOptions(line, looks.get(line.name))),
        ...series.map((line) => intervalOptions(line, looks.get(line.name))),
      ],
    },
    pointTitle: (place, index) => titleOf(section, series[place % series.length], index),
  });
  const entries = series.flatMap(({ name, points }) => {
    const look = looks.get(name);
    return look ? [{ name: points.length > 0 ? name : `${name} (no data)`, swatch: lineSwatch(look) }] : [];
  });
  return html`${legend(entries)}${svg}${numbers}`;
}

/** By x, without what is not finite or has no place on a logarithmic axis. */
function drawable(points: readonly Point[], { x, y }: LinesSection): Point[] {
  const has = (value: number, scale: string | undefined): boolean =>
    Number.isFinite(value) && (scale !== 'log' || value > 0);
  return points.filter((point) => has(point.x, x.scale) && has(point.value, y.scale)).sort((a, b) => a.x - b.x);
}

function axesOf(section: LinesSection, series: readonly LineSeries[]): Record<string, unknown> {
  const points = series.flatMap((line) => line.points);
  const heights = points.flatMap((point) => [point.value, ...Object.values(intervalOf(point) ?? {})]);
  const xs = points.map(({ x }) => x);
  const x = axisOptions(section.x, xs, 32);
  const y = axisOptions(section.y, heights, 52);
  // Intervals are drawn by us, so the axis does not know of them.
  const { min = Math.min(...heights, 0) < 0 ? Math.min(...heights) : 0 } = section.y;
  return { xAxis: { ...x, splitLine: { show: false } }, yAxis: section.y.scale === 'log' ? y : { ...y, min } };
}

function lineOptions({ points }: LineSeries, look: Look | undefined): Record<string, unknown> {
  return {
    type: 'line',
    symbol: look?.marker === undefined ? 'circle' : `path://${look.marker}`,
    // A bound's points can be pointed at, but are not seen.
    symbolSize: 9,
    showSymbol: true,
    showAllSymbol: true,
    itemStyle: { color: look?.color, opacity: look?.marker === undefined ? 0 : 1 },
    lineStyle: { color: look?.color, type: dashOf(look), width: 2 },
    emphasis: { disabled: true },
    data: points.map(({ x, value }) => [x, value]),
  };
}

/** ECharts wants a word for a solid line. */
export function dashOf(look: Look | undefined): number[] | 'solid' {
  return look === undefined || look.dash.length === 0 ? 'solid' : [...look.dash];
}

const whiskerPx = 4;

function intervalOptions({ points }: LineSeries, look: Look | undefined): Record<string, unknown> {
  const renderItem: CustomSeriesRenderItem = (_params, api) => {
    const [x = 0, low = 0] = api.coord([api.value(0), api.value(1)]);
    const [, high = 0] = api.coord([api.value(0), api.value(2)]);
    const cap = (y: number): string => `M${x - whiskerPx} ${y}H${x + whiskerPx}`;
    const style = { fill: 'none', stroke: String(look?.color), lineWidth: 1.2 };
    return { type: 'path', shape: { pathData: `${cap(low)}${cap(high)}M${x} ${low}V${high}` }, style };
  };
  return {
    type: 'custom',
    emphasis: { disabled: true },
    clip: true,
    renderItem,
    encode: { x: 0, y: [1, 2] },
    data: points.flatMap((point) => {
      const interval = intervalOf(point);
      return interval ? [[point.x, interval.low, interval.high]] : [];
    }),
  };
}

function titleOf({ x, y }: LinesSection, line: LineSeries | undefined, index: number): string | undefined {
  const point = line?.points[index];
  if (!line || !point) return undefined;
  return `${line.name} · ${x.label} ${quantityText(point.x, x.unit)} · ${y.label} ${measuredText(point)} ${y.unit ?? ''}`.trim();
}

function pointsTable({ title, x, y, series }: LinesSection): Html {
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  return numbersBelow({
    kind: 'table',
    title: `${title}: ${y.label}${y.unit === undefined ? '' : ` (${y.unit})`}`,
    columns: [
      { label: x.label, ...(x.unit !== undefined && { unit: x.unit }) },
      ...series.map(({ name, role }) => ({ label: name, ...(role && { role }) })),
    ],
    rows: places.map((place) => [place, ...series.map(({ points }) => points.find((point) => point.x === place))]),
  });
}
