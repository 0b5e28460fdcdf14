/** The days of a selection, lived through by each of its contenders. Pure. */
import { type ContenderName, setupOf } from './contenders.ts';
import { dayOf } from './day.ts';
import { type Cell, cells, nameOf, type Played } from './figures.ts';
import { scoreOf } from './score.ts';
import type { Selection } from './selection.ts';
import { simulate } from './simulate.ts';

export function play(
  { seeds, contenders }: Pick<Selection, 'seeds' | 'contenders'>,
  log: (line: string) => void,
): Played[] {
  return cells.flatMap((cell) => {
    log(`${nameOf(cell)}: ${contenders.length} policies x ${seeds.length} seeds`);
    return seeds.flatMap((seed) => playDay(cell, seed, contenders));
  });
}

function playDay({ device, day: name }: Cell, seed: number, contenders: readonly ContenderName[]): Played[] {
  const day = dayOf(device, name, seed);
  return contenders.map((contender) => {
    const score = scoreOf(simulate({ device, day, setup: setupOf(contender, day) }));
    return { contender, device, day: name, seed, score };
  });
}
