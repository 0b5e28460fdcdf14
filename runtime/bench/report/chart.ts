/**
 * The only file that knows ECharts: options in, an SVG element out, drawn without a DOM. Colours are variables of the page, so that
 * one drawing serves light and dark.
 */
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeText, Html } from './html.ts';

use([LineChart, CustomChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

export interface Chart {
  /** Unique in its page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** In px. */
  readonly width: number;
  readonly height: number;
  readonly options: EChartsCoreOption;
  /** What is shown when the pointer rests on a point: by the place of its series in `options`, and its own place there. */
  readonly pointTitle: (series: number, point: number) => string | undefined;
}

const textColor = 'var(--muted)';
const textStyle = { color: textColor, fontFamily: 'system-ui, sans-serif', fontSize: 12 } as const;
const axisLine = { show: true, lineStyle: { color: 'var(--axis)' } } as const;

/** What every axis here has; a chart adds its type, name and numbers. */
export const axisStyle = {
  axisLine,
  axisTick: axisLine,
  axisLabel: { ...textStyle, hideOverlap: true },
  nameTextStyle: { ...textStyle, fontSize: 13 },
  nameLocation: 'middle',
  splitLine: { show: true, lineStyle: { color: 'var(--grid)' } },
} as const;

/** The same chart gives the same markup. */
export function drawn(chart: Chart): Html {
  const { width, height } = chart;
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    canvas.setOption({ animation: false, backgroundColor: 'transparent', textStyle, ...chart.options });
    return new Html(finished(canvas.renderToSVGString(), chart));
  } finally {
    canvas.dispose();
  }
}

/**
 * ECharts writes a file of its own, with a style for hovering and ids that count up in the process. What is wanted here is an element of a
 * page, with a name, and with a title on every point.
 */
function finished(svg: string, chart: Chart): string {
  const head = `<svg class="chart" viewBox="0 0 ${chart.width} ${chart.height}" role="img" aria-labelledby="${chart.id}-title ${chart.id}-desc">
<title id="${chart.id}-title">${escapeText(chart.title)}</title><desc id="${chart.id}-desc">${escapeText(chart.description)}</desc>`;
  return svg
    .replace(/<style[\s\S]*?<\/style>\n?/g, '')
    .replace(/ (?:class="zr\d+-cls-\d+"|pointer-events="visible"|ecmeta_ssr_type="\w+"|xml:space="preserve")/g, '')
    .replace(/\bzr\d+-(?=c\d)/g, `${chart.id}-`)
    .replace(/<(\w+)([^<>]*?) ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"([^<>]*)><\/\1>/g, titled(chart))
    .replace(/^<svg[^>]*>/, () => head);
}

function titled({ pointTitle }: Chart): (all: string, tag: string, before: string, ...rest: string[]) => string {
  return (_all, tag, before, series, point, after) => {
    const title = after?.includes('ecmeta_silent') ? undefined : pointTitle(Number(series), Number(point));
    const kept = after?.replace(/ ecmeta_\w+="[^"]*"/g, '') ?? '';
    return `<${tag}${before}${kept}>${title === undefined ? '' : `<title>${escapeText(title)}</title>`}</${tag}>`;
  };
}
