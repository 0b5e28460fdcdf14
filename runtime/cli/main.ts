/** The command line: finds the command, reads its options, and turns what it throws into a sentence and an exit code. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bench } from './bench.ts';
import { type Command, CommandError, commonOptions, exitCodes, type Io, UsageError, type Values } from './command.ts';
import { complete } from './complete.ts';
import { demo } from './demo.ts';
import { serve } from './serve.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { summarize } from './summarize.ts';
import { translate } from './translate.ts';
import { versionOf } from './version.ts';

export const commands: readonly Command[] = [complete, summarize, translate, status, stop, serve, demo, bench];

export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overview());
    return name === undefined ? exitCodes.badUsage : exitCodes.done;
  }
  if (name === '--version' || name === '-v') {
    io.out(`${versionOf(io)}\n`);
    return exitCodes.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    io.err(
      `punctual: there is no command '${name}'; there are ${commands.map((candidate) => candidate.name).join(', ')}.\n`,
    );
    return exitCodes.badUsage;
  }
  return runCommand(command, rest, io);
}

async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  try {
    const [first] = args;
    if (command.takesAll && first !== '--help' && first !== '-h') return await command.run(args, {}, io);
    const { positionals, values } = parse(command, args);
    if (values['help']) {
      io.out(usageOf(command));
      return exitCodes.done;
    }
    if (positionals.length !== command.positionals) {
      throw new UsageError(`${positionals.length} arguments given, ${command.positionals} expected`);
    }
    return await command.run(positionals, values, io);
  } catch (error) {
    if (io.signal.aborted) return exitCodes.failed;
    if (error instanceof UsageError) {
      io.err(`punctual ${command.name}: ${error.message}\nusage: punctual ${command.name} ${command.usage}\n`);
      return exitCodes.badUsage;
    }
    const message = error instanceof Error ? error.message : String(error);
    io.err(`punctual ${command.name}: ${message}\n`);
    // Anything but a CommandError is a mistake of ours: its place belongs into a bug report.
    if (!(error instanceof CommandError) && io.env['PUNCTUAL_DEBUG'] && error instanceof Error)
      io.err(`${error.stack}\n`);
    return exitCodes.failed;
  }
}

function parse(command: Command, args: readonly string[]): { positionals: readonly string[]; values: Values } {
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...commonOptions, ...command.options },
      allowPositionals: true,
      strict: true,
    });
    return { positionals: parsed.positionals, values: parsed.values as Values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name, usage }) => name.length + usage.length + 1));
  const lines = commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}  ${summary}`);
  return `punctual: a local AI coding assistant that keeps its promises\n\n${lines.join('\n')}\n\n'punctual COMMAND --help' explains a command. Exit codes: 0 done, 1 failed, 2 bad usage.\n`;
}

function usageOf(command: Command): string {
  const lines = Object.entries(command.help).map(([option, text]) => `  --${option.padEnd(12)} ${text}`);
  return `punctual ${command.name} ${command.usage}\n${command.summary}\n\n${lines.join('\n')}\n`;
}

/** Some terminals do not tell their size; one of no cells is drawn into by nobody. */
function terminalSize({ columns = 0, rows = 0 }: { columns?: number; rows?: number }) {
  return { columns, rows };
}

/** Runs when this file is the program, not when a test imports it. */
if (process.argv[1] !== undefined && path.basename(import.meta.url) === 'cli.mjs') {
  const programs = path.dirname(fileURLToPath(import.meta.url));
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new CommandError('interrupted')));
  process.once('SIGTERM', () => interrupt.abort(new CommandError('terminated')));
  process.once('SIGHUP', () => interrupt.abort(new CommandError('the terminal has gone')));
  // A reader that has seen enough (`| head`) is no error, but what is under way is of no use any more.
  let isUnread = false;
  process.stdout.on('error', () => {
    isUnread = true;
    interrupt.abort(new CommandError('nobody reads any more'));
  });
  process.stderr.on('error', () => undefined);
  const exitCode = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    signal: interrupt.signal,
    terminal: process.stdout.isTTY ? terminalSize(process.stdout) : undefined,
    programs,
    media: path.join(programs, '..', 'media'),
  });
  process.exitCode = isUnread ? exitCodes.done : exitCode;
  // Whoever has pressed Ctrl+C does not wait for what is still under way.
  if (interrupt.signal.aborted) process.exit();
}
