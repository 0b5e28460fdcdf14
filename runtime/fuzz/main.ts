/** `npm run fuzz`: what others may send, write or download is spoiled in every way there is, and nothing may come of it but a sentence. */
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentsOrExit, exitCodes, usageOf } from './arguments.ts';
import { fuzz, type Report } from './run.ts';
import { targetKinds } from './targets/all.ts';

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function textOf({ seed, seconds, cases, found }: Report): string {
  const lines = Object.entries(cases).map(([name, count]) => `  ${name.padEnd(10)} ${count.toLocaleString('en')}`);
  const failures = found.map(
    ({ target, index, kind, message }) => `  ${target}/${index}: ${kind}: ${message.split('\n')[0]}`,
  );
  const words = failures.length === 0 ? 'no failure' : `${failures.length} failures:\n${failures.join('\n')}`;
  return `seed ${seed}, ${Math.round(seconds)} s\n${lines.join('\n')}\n${words}\n`;
}

function jsonOf(report: Report): string {
  const figures = {
    'fuzz.cases': Object.values(report.cases).reduce((sum, count) => sum + count, 0),
    'fuzz.crashes': report.found.filter(({ kind }) => kind !== 'unanswered').length,
    'fuzz.unanswered': report.found.filter(({ kind }) => kind === 'unanswered').length,
  };
  return `${JSON.stringify({ bench: 'fuzz', figures, details: report })}\n`;
}

async function main(argv: readonly string[]): Promise<number> {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
  const args = argumentsOrExit(argv, randomInt(2 ** 31), usageOf(targetKinds), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  if (typeof args === 'number') return args;
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  log(`seed ${args.seed}`);
  const targets = await Promise.all(targetKinds.map(({ make }) => make(root)));
  const report = await fuzz({
    ...args,
    targets,
    nowMs: () => performance.now(),
    cpuMs,
    log,
    signal: interrupted.signal,
  });
  for (const { close } of targets) await close?.();
  process.stdout.write(args.json ? jsonOf(report) : textOf(report));
  return report.found.length === 0 ? exitCodes.done : exitCodes.failed;
}

process.exit(await main(process.argv.slice(2)));
