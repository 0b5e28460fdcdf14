import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../runtime/bench/report/render.ts';
import type { LinesSection, Section, TimelineSection } from '../../../runtime/bench/report/report.ts';
import { busyLanes, hoverTitles, rendered, reportOf, tableRows } from './fixtures.ts';

const goodput: LinesSection = {
  kind: 'lines',
  title: 'Goodput',
  x: { label: 'Load', unit: 'req/s' },
  y: { label: 'Goodput', unit: '%' },
  series: [
    {
      name: 'punctual',
      points: [
        { x: 2, value: 81.34, low: 80.92, high: 81.76 },
        { x: 1, value: 99 },
      ],
    },
    { name: 'static', role: 'baseline', points: [{ x: 1, value: 70.5, low: -Infinity, high: Infinity }] },
    { name: 'machine', role: 'bound', points: [{ x: 2, value: 100 }] },
  ],
};

describe('a report', () => {
  it('when it is rendered twice, then the pages are equal', () => {
    const report = reportOf(goodput, { ...goodput, title: 'Again' });
    expect(renderReport(report)).toBe(renderReport(report));
  });

  it('when it is a page, then it asks for nothing from outside and runs no script', () => {
    const page = rendered(goodput);
    expect(page).not.toMatch(/<script|\bon\w+=|\bsrc=|@import|url\((?!#)/);
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:/);
  });

  it('when there are several charts, then no id appears twice and every reference has its id', () => {
    const page = rendered(goodput, { ...goodput, title: 'Again' });
    const ids = [...page.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = [...page.matchAll(/url\(#([^)]+)\)|aria-labelledby="([^"]+)"/g)];
    expect(wanted.length).toBeGreaterThan(2);
    expect(
      wanted.flatMap((match) => (match[1] ?? match[2] ?? '').split(' ')).filter((id) => !ids.includes(id)),
    ).toEqual([]);
  });

  it('when text has the signs of markup, then it stays text wherever it stands', () => {
    const evil = `<b>"&'</b>`;
    const spans = [{ activity: 'decode' as const, startMs: 0, endMs: 5, task: evil }];
    const page = renderReport({
      title: evil,
      summary: evil,
      run: { command: evil, seeds: [], commit: evil, machine: { cpu: evil, cores: 1 }, facts: { [evil]: evil } },
      sections: [
        {
          ...goodput,
          title: evil,
          note: evil,
          x: { label: evil },
          series: [{ name: evil, points: [{ x: 1, value: 1 }] }],
        },
        {
          kind: 'distribution',
          title: evil,
          value: { label: evil },
          series: [{ name: evil, values: [1] }],
          promises: [{ label: evil, at: 1 }],
        },
        {
          kind: 'timeline',
          title: evil,
          lanes: [{ name: evil, spans, marks: [{ event: 'arrival', atMs: 1, note: evil }] }],
        },
        { kind: 'table', title: evil, columns: [{ label: evil, unit: evil }, { label: evil }], rows: [[evil, evil]] },
        { kind: 'text', title: evil, paragraphs: [evil] },
      ],
    });
    expect(page).not.toMatch(/<\/?b>|"&'|="[^"]*</);
    expect(page.match(/&lt;b&gt;/g)?.length).toBeGreaterThan(25);
  });

  it('when a section has no data, then the page says so and does not break', () => {
    const empty: Section[] = [
      { ...goodput, series: [] },
      {
        ...goodput,
        series: [
          { name: 'none', points: [] },
          { name: 'nothing', points: [{ x: 1, value: Number.NaN }] },
        ],
      },
      {
        kind: 'distribution',
        title: 'd',
        value: { label: 'TTFT' },
        series: [{ name: 'none', values: [], unanswered: 3 }],
      },
      { kind: 'timeline', title: 't', lanes: [{ name: 'idle', spans: [] }] },
      { kind: 'table', title: 'b', columns: [{ label: 'a' }], rows: [] },
      { kind: 'text', title: 'x', paragraphs: [] },
    ];
    for (const section of empty)
      expect(rendered(section)).toContain(section.kind === 'text' ? '<h2>x</h2>' : 'No data.');
  });
});

describe('a chart of lines', () => {
  it('when it is drawn, then every point is there with its interval, and stands in the table', () => {
    const page = rendered(goodput);
    expect(hoverTitles(page)).toEqual(
      expect.arrayContaining([
        'punctual · Load 1 req/s · Goodput 99 %',
        'punctual · Load 2 req/s · Goodput 81.34 [80.92, 81.76] %',
        'static · Load 1 req/s · Goodput 70.5 %',
        'machine · Load 2 req/s · Goodput 100 %',
      ]),
    );
    expect(tableRows(page)).toEqual([
      ['Load (req/s)', 'punctual', 'static  baseline', 'machine  bound'],
      ['1', '99', '70.5', '–'],
      ['2', '81.34 [80.92, 81.76]', '–', '100'],
    ]);
  });

  it('when one series of several is empty, then the legend says so', () => {
    const page = rendered({ ...goodput, series: [...goodput.series, { name: 'edf', points: [] }] });
    expect(page).toContain('edf (no data)');
  });

  it('when a name comes again in another chart, then it has the same colour, however many came before', () => {
    const names = Array.from({ length: 9 }, (_, place) => `policy ${place}`);
    const chart = (title: string, shown: string[]): Section => ({
      ...goodput,
      title,
      series: shown.map((name) => ({ name, points: [{ x: 1, value: 1 }] })),
    });
    const page = rendered(chart('all', names), chart('two', ['policy 8', 'policy 4']));
    const looks = (name: string): string[] =>
      [...page.matchAll(/<li>(<svg.*?<\/svg>) ([^<]*)<\/li>/gs)]
        .filter((match) => match[2] === name)
        .map((match) => match[1] ?? '');
    expect(looks('policy 4')).toHaveLength(2);
    expect(new Set(looks('policy 4')).size).toBe(1);
    expect(new Set(names.map((name) => looks(name)[0])).size).toBe(9);
  });
});

describe('a distribution', () => {
  const values = Array.from({ length: 99 }, (_, place) => (place + 1) * 10);
  const page = rendered({
    kind: 'distribution',
    title: 'TTFT',
    value: { label: 'TTFT', unit: 'ms' },
    series: [
      { name: 'punctual', values, unanswered: 1 },
      { name: 'lost', values: [Number.POSITIVE_INFINITY] },
    ],
    promises: [{ label: 'promise 500 ms', at: 500 }],
  });

  it('when tasks were not answered, then they count as later than all others', () => {
    const row = tableRows(page).find(([name]) => name === 'punctual');
    expect(row).toEqual(['punctual', '100', '109', '258', '505', '753', '901', '951', 'never', '50']);
    expect(
      tableRows(page)
        .find(([name]) => name === 'lost')
        ?.slice(0, 3),
    ).toEqual(['lost', '1', 'never']);
    expect(page).toContain('punctual (1 of 100 not answered)');
  });

  it('when it is drawn, then the share is that of all tasks and the promise is a line with its name', () => {
    expect(hoverTitles(page)).toContain('punctual · 50 % within 500 ms');
    expect(page).toMatch(/<text[^>]*>promise 500 ms<\/text>/);
  });

  it('when values are 0 or equal, then there is still an axis to draw them on', () => {
    for (const same of [[0, 0], [7, 7], [-1]]) {
      const drawn = rendered({
        kind: 'distribution',
        title: 'd',
        value: { label: 'v' },
        series: [{ name: 's', values: same }],
      });
      expect(hoverTitles(drawn).length).toBeGreaterThan(0);
      expect(drawn).not.toMatch(/NaN|Infinity/);
    }
  });
});

describe('a timeline', () => {
  const timeline = (lanes: TimelineSection['lanes']): TimelineSection => ({ kind: 'timeline', title: 'Passes', lanes });

  it('when passes follow each other, then decodes of one task are one bar and every prefill chunk is its own', () => {
    const page = rendered(
      timeline([
        {
          name: 'sequence 0',
          spans: [
            { activity: 'prefill', startMs: 0, endMs: 100, task: 'a', tokens: 256 },
            { activity: 'prefill', startMs: 100, endMs: 150, task: 'a', tokens: 128 },
            { activity: 'decode', startMs: 150, endMs: 175, task: 'a', tokens: 1 },
            { activity: 'decode', startMs: 175, endMs: 200, task: 'a', tokens: 1 },
            { activity: 'pause', startMs: 200, endMs: 300, task: 'a' },
          ],
          marks: [{ event: 'relegated', atMs: 300, task: 'a', note: 'too late' }],
        },
      ]),
    );
    expect(hoverTitles(page)).toEqual([
      'sequence 0 · a · prefill · 256 tokens · 0.000 s + 100 ms',
      'sequence 0 · a · prefill · 128 tokens · 0.100 s + 50 ms',
      'sequence 0 · a · decode · 2 passes · 2 tokens · 0.150 s + 50 ms',
      'sequence 0 · a · pause · 0.200 s + 100 ms',
      'sequence 0 · a · relegated · 0.300 s · too late',
    ]);
    expect(tableRows(page)).toContainEqual(['sequence 0', '2', '384', '0.15', '2', '2', '0.05', '1', '0', '0.1']);
    expect(tableRows(page)).toContainEqual(['0.300 s', 'sequence 0', 'a', 'relegated', 'too late']);
  });

  it('when 5,000 passes of 16 sequences are drawn, then the page stays below 2 MB and says what it joined', () => {
    const page = rendered(timeline(busyLanes(5_000, 16)));
    expect(page.length).toBeLessThan(2_000_000);
    expect(hoverTitles(page).length).toBeGreaterThan(2_000);
    expect(page).toContain('apart are drawn as one');
  });
});
