/** The command line: finds the command, reads its options, and turns what it throws into a sentence and an exit code. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from './arguments.ts';
import { bench } from './bench.ts';
import { type Command, type CommandGroup, exitCodes, type Io } from './command.ts';
import { complete } from './complete.ts';
import { demo } from './demo.ts';
import { diagnose } from './diagnose.ts';
import { evaluate } from './eval.ts';
import { feedback } from './feedback.ts';
import { generate } from './generate.ts';
import { flushed, type Interruption, outputInterruption, signalInterruptions } from './interruption.ts';
import { logs } from './logs.ts';
import { models } from './models.ts';
import { askOn } from './question.ts';
import { record } from './record.ts';
import { replay } from './replay.ts';
import { runCommand, runGroup } from './run.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { summarize } from './summarize.ts';
import { translate } from './translate.ts';
import { uninstall } from './uninstall.ts';
import { versionOf } from './version.ts';

export const commands: readonly (Command | CommandGroup)[] = [
  complete,
  summarize,
  translate,
  generate,
  models,
  status,
  logs,
  diagnose,
  feedback,
  record,
  replay,
  stop,
  uninstall,
  serve,
  demo,
  bench,
  evaluate,
];

export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === 'help' && rest.length > 0) return main([...rest, '--help'], io);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overview());
    return name === undefined ? exitCodes.badUsage : exitCodes.done;
  }
  if (name === '--version' || name === '-v' || name === '-V') {
    io.out(`${versionOf(io)}\n`);
    return exitCodes.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const names = commands.map((candidate) => candidate.name);
    const near = nearest(name, names);
    const advice = near === undefined ? '' : `did you mean ${near}? `;
    io.err(`punctual: there is no command '${name}'; ${advice}there are ${names.join(', ')}.\n`);
    return exitCodes.badUsage;
  }
  return 'commands' in command ? runGroup(command, rest, io) : runCommand(command, rest, io);
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `punctual: a local AI coding assistant that keeps its promises\n\n${lines.join('\n')}\n\n'punctual COMMAND --help' explains a command; 'punctual --version' says which Punctual this is. Exit codes: 0 done, 1 failed, 2 bad usage, 130 cancelled.\n`;
}

/** Some terminals do not tell their size; one of no cells is drawn into by nobody. */
function terminalSize({ columns = 0, rows = 0 }: { columns?: number; rows?: number }) {
  return { columns, rows };
}

/** Runs when this file is the program, not when a test imports it. */
if (process.argv[1] !== undefined && path.basename(import.meta.url) === 'cli.mjs') {
  const programs = path.dirname(fileURLToPath(import.meta.url));
  const interrupt = new AbortController();
  for (const [signal, reason] of Object.entries(signalInterruptions))
    process.once(signal, () => interrupt.abort(reason));
  let lost: Interruption | undefined;
  process.stdout.on('error', (error) => {
    lost ??= outputInterruption(error);
    interrupt.abort(lost);
  });
  process.stderr.on('error', () => undefined);
  const exitCode = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    input: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    signal: interrupt.signal,
    terminal: process.stdout.isTTY ? terminalSize(process.stdout) : undefined,
    ask: process.stdin.isTTY && process.stderr.isTTY ? askOn(process.stdin, process.stderr) : undefined,
    programs,
    media: path.join(programs, '..', 'media'),
  });
  await flushed(process.stdout);
  // What was written last may be lost after the command's end, when it has nothing to say any more.
  if (lost && !lost.isQuiet && exitCode === exitCodes.done) process.stderr.write(`punctual: ${lost.message}\n`);
  process.exitCode = lost?.exitCode ?? exitCode;
  // Whoever has pressed Ctrl+C does not wait for what is still under way.
  if (interrupt.signal.aborted) process.exit();
}
