/** A report as one HTML page that needs nothing else: no script, no network. Pure: the same report gives the same text. */
import { distributionChart } from './distribution.ts';
import { Html, html } from './html.ts';
import { linesChart } from './lines.ts';
import { type Look, looksOf } from './looks.ts';
import type { Report, Run, Section } from './report.ts';
import { styles } from './styles.ts';
import { table } from './table.ts';
import { timelineChart } from './timeline.ts';

export function renderReport(report: Report): string {
  const looks = looksOf(report);
  const { title, summary, run, sections } = report;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(styles)}</style>
</head>
<body>
<header><h1>${title}</h1>
${summary === undefined ? undefined : html`<p>${summary}</p>`}
${runHtml(run)}
${contents(sections)}</header>
<main>
${sections.map((section, place) => sectionHtml(section, `s${place + 1}`, looks))}</main>
</body>
</html>
`.markup;
}

function runHtml({ command, seeds, commit, machine, facts = {} }: Run): Html {
  const entries: [string, Html][] = [
    ['Command', html`<code>${command}</code>`],
    ['Seeds', html`${seeds.length === 0 ? 'none' : seedsText(seeds)}`],
    ['Commit', html`${commit ?? 'unknown'}`],
    ['Machine', html`${machine.cpu}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}`],
    ...Object.entries(facts).map(([name, fact]): [string, Html] => [name, html`${fact}`]),
  ];
  return html`<dl>${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** "1–16 (16)" for seeds in a row. */
function seedsText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const isRow = seeds.length > 2 && seeds.every((seed, place) => seed === first + place);
  return isRow ? `${first}–${first + seeds.length - 1} (${seeds.length})` : seeds.join(', ');
}

function contents(sections: readonly Section[]): Html | undefined {
  if (sections.length < 4) return undefined;
  const links = sections.map(({ title }, place) => html`<li><a href="#s${place + 1}">${title}</a></li>`);
  return html`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}

function sectionHtml(section: Section, id: string, looks: ReadonlyMap<string, Look>): Html {
  const note = section.note === undefined ? undefined : html`<p class="note">${section.note}</p>`;
  return html`<section id="${id}"><h2>${section.title}</h2>${note}
${content(section, `${id}-chart`, looks)}</section>
`;
}

function content(section: Section, id: string, looks: ReadonlyMap<string, Look>): Html {
  switch (section.kind) {
    case 'text':
      return html`${section.paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}`;
    case 'lines':
      return linesChart(section, id, looks);
    case 'distribution':
      return distributionChart(section, id, looks);
    case 'timeline':
      return timelineChart(section, id);
    case 'table':
      return table(section);
    default:
      return section satisfies never;
  }
}
