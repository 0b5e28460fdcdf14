/** Runs one command: reads its options, and turns what it throws into a sentence and an exit code. */
import { parseArguments } from './arguments.ts';
import { type Command, CommandError, type CommandGroup, exitCodes, type Io, UsageError } from './command.ts';
import { Interruption } from './interruption.ts';

/** The command of a group that the first argument names. */
export async function runGroup(group: CommandGroup, [name, ...rest]: readonly string[], io: Io): Promise<number> {
  const command = group.commands.find((each) => each.name === `${group.name} ${name}`);
  if (command !== undefined) return runCommand(command, rest, io);
  const isHelp = name === '--help' || name === '-h' || name === 'help';
  if (isHelp || name === undefined) {
    (isHelp ? io.out : io.err)(usageOfGroup(group));
    return isHelp ? exitCodes.done : exitCodes.badUsage;
  }
  io.err(`punctual ${group.name}: there is no '${name}'\nusage: punctual ${group.name} ${group.usage}\n`);
  return exitCodes.badUsage;
}

export async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  try {
    if (command.takesAll) return await command.run(args, {}, io);
    const { positionals, values } = parseArguments(command, args);
    if (values['help']) {
      io.out(usageOf(command));
      return exitCodes.done;
    }
    return await command.run(positionals, values, io);
  } catch (error) {
    return report(command, args, io.signal.aborted ? io.signal.reason : error, io);
  }
}

/** One sentence on stderr, and with `--json` one object on stdout. @returns the exit code. */
function report({ name, usage }: Command, args: readonly string[], error: unknown, io: Io): number {
  if (error instanceof Interruption && error.isQuiet) return error.exitCode;
  const isUsage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  const code = isUsage ? 'badUsage' : error instanceof CommandError ? error.code : 'internal';
  if (args.includes('--json')) io.out(`${JSON.stringify({ error: { code, message } })}\n`);
  io.err(`punctual ${name}: ${message}\n${isUsage ? `usage: punctual ${name} ${usage}\n` : ''}`);
  // Anything but a CommandError is a mistake of ours: its place belongs into a bug report.
  if (code === 'internal' && io.env['PUNCTUAL_DEBUG'] && error instanceof Error) io.err(`${error.stack}\n`);
  if (error instanceof Interruption) return error.exitCode;
  return isUsage ? exitCodes.badUsage : exitCodes.failed;
}

function usageOf(command: Command): string {
  const lines = Object.entries(command.help).map(([option, text]) => `  --${option.padEnd(12)} ${text}`);
  return `punctual ${command.name} ${command.usage}\n${command.summary}\n\n${lines.join('\n')}\n`;
}

function usageOfGroup({ name, summary, commands }: CommandGroup): string {
  const width = Math.max(...commands.map((each) => each.name.length + each.usage.length + 1));
  const lines = commands.map((each) => `  ${`${each.name} ${each.usage}`.padEnd(width)}  ${each.summary}`);
  return `punctual ${name}: ${summary}\n\n${lines.join('\n')}\n\n'punctual ${name} COMMAND --help' explains one.\n`;
}
