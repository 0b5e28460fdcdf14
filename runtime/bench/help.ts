/** What `--help` says: of all benches, and of one. Pure. */
import { commonOptions } from './arguments.ts';
import type { Bench } from './bench.ts';

export function overviewOf(benches: readonly Bench[]): string {
  const width = Math.max(...benches.map(({ name }) => name.length));
  const lines = benches.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `punctual bench NAME [options]: measurements, each against a baseline in the same run\n\n${lines.join('\n')}\n\n'punctual bench NAME --help' explains a bench and its options. Exit codes: 0 done, 1 failed, 2 bad usage.\n`;
}

export function helpOf({ name, summary, takes, options = [], note }: Bench): string {
  const own = options.filter(({ isInternal }) => isInternal !== true);
  const entries = [
    ...own.map((option) => [`--${option.name} ${option.value}`, option.help] as const),
    ...Object.entries(commonOptions).map(([option, help]) => [`--${option}`, help] as const),
  ];
  const width = Math.max(...entries.map(([option]) => option.length));
  const lines = entries.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
  return `punctual bench ${name} [options]\n${summary}\n\n${lines.join('\n')}\n\nTakes about ${takes.full} on two cores, ${takes.quick} with --quick.\n${note === undefined ? '' : `${note}\n`}`;
}
