/** Reports for the tests: small ones, and a timeline as long as a real one. */
import { renderReport } from '../../../runtime/bench/report/render.ts';
import type { Lane, Report, Section } from '../../../runtime/bench/report/report.ts';

export function reportOf(...sections: readonly Section[]): Report {
  const run = { command: 'bench test', seeds: [1, 2, 3], machine: { cpu: 'A processor', cores: 2 } };
  return { title: 'A report', run, sections };
}

export function rendered(...sections: readonly Section[]): string {
  return renderReport(reportOf(...sections));
}

/** The titles that show when the pointer rests on something. */
export function hoverTitles(page: string): string[] {
  return [...page.matchAll(/<(?:path|g|circle)\b[^>]*><title>([^<]*)<\/title>/g)].map((match) => match[1] ?? '');
}

/** The cells of every row of every table, without markup. */
export function tableRows(page: string): string[][] {
  const rows = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map((match) => match[1] ?? '');
  return rows.map((row) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map((match) => (match[1] ?? '').replace(/<[^>]*>/g, ' ').trim()),
  );
}

/** One prefill after every seven decode passes; all lanes but the one that prefills decode together, each task for some 40 passes. */
export function busyLanes(passes: number, count: number): Lane[] {
  return Array.from({ length: count }, (_, lane) => ({
    name: `sequence ${lane}`,
    spans: Array.from({ length: passes }, (_, pass) => pass)
      .filter((pass) => pass % 8 !== 0 || (pass / 8) % count === lane)
      .map((pass) => ({
        activity: pass % 8 === 0 ? ('prefill' as const) : ('decode' as const),
        startMs: pass * 25,
        endMs: pass * 25 + 25,
        task: `task ${lane}.${Math.floor(pass / 40)}`,
        tokens: 1,
      })),
    marks: Array.from({ length: Math.ceil(passes / 40) }, (_, place) => ({
      event: 'arrival' as const,
      atMs: place * 1000,
    })),
  }));
}
