/**
 * How a series looks: the same colour, dash and marker under one name in the whole report. Colours are those of Okabe and Ito, darkened
 * or lightened to a contrast of 3 : 1; dash and marker differ too, so no line is known by its colour alone. Pure.
 */
import { Html, html } from './html.ts';
import type { Report, Role } from './report.ts';

export interface Look {
  /** A CSS colour, by a variable of the page. */
  readonly color: string;
  /** Lengths of dash and gap in px; none is a solid line. */
  readonly dash: readonly number[];
  /** SVG path data about the origin, 2 x 2; a bound has no points of its own and so no marker. */
  readonly marker: string | undefined;
}

const seriesColors = 7;

const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2]] as const;

const circle = 'M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z';
const square = 'M-.9 -.9L.9 -.9L.9 .9L-.9 .9Z';
const triangle = 'M0 -1L1 1L-1 1Z';
const triangleDown = 'M0 1L1 -1L-1 -1Z';
const diamond = 'M0 -1L1 0L0 1L-1 0Z';
const cross = 'M-1 -.6L-.6 -1L0 -.4L.6 -1L1 -.6L.4 0L1 .6L.6 1L0 .4L-.6 1L-1 .6L-.4 0Z';
export const shapes = { circle, square, triangle, triangleDown, diamond, cross } as const;
const markers = [circle, square, triangle, diamond, triangleDown, cross] as const;

/** Every name of the report's charts, in the order in which they appear. Baselines are grey, bounds dotted. */
export function looksOf({ sections }: Report): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>();
  const counts = { policy: 0, baseline: 0, bound: 0 };
  for (const section of sections) {
    if (section.kind !== 'lines' && section.kind !== 'distribution') continue;
    for (const { name, role } of section.series) {
      if (looks.has(name)) continue;
      looks.set(name, lookOf(role, counts[role ?? 'policy']));
      counts[role ?? 'policy'] += 1;
    }
  }
  return looks;
}

/** `place` counts the series of the same role. */
function lookOf(role: Role | undefined, place: number): Look {
  // After all colours are used, they come again with other dashes and markers.
  const turned = place + Math.floor(place / seriesColors);
  const marker = markers[turned % markers.length];
  switch (role) {
    case undefined:
      return { color: `var(--s${place % seriesColors})`, dash: dashes[turned % dashes.length] ?? [], marker };
    case 'baseline':
      return { color: 'var(--baseline)', dash: dashes[(turned + 1) % dashes.length] ?? [], marker };
    case 'bound':
      return { color: 'var(--ink)', dash: [1.5, 3 + place], marker: undefined };
    default:
      return role satisfies never;
  }
}

/** The legend stands outside the drawing, where a browser breaks its lines. */
export function legend(entries: readonly { readonly name: string; readonly swatch: Html }[]): Html {
  return html`<ul class="legend">${entries.map(({ name, swatch }) => html`<li>${swatch} ${name}</li>`)}</ul>`;
}

export function lineSwatch({ color, dash, marker }: Look): Html {
  const sign =
    marker === undefined ? undefined : html`<path d="${marker}" transform="translate(17 6) scale(4)" fill="${color}"/>`;
  return swatch(
    html`<path d="M0 6H34" stroke="${color}" stroke-width="2" stroke-dasharray="${dash.join(' ')}"/>${sign}`,
  );
}

export function swatch(content: Html): Html {
  return new Html(`<svg class="swatch" viewBox="0 0 34 12" aria-hidden="true">${content.markup}</svg>`);
}
