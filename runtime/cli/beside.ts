/** Commands that are a program of their own beside the command line's: they are no part of the installed extension. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, CommandError, exitCodes, type Io } from './command.ts';

export interface Beside {
  /** File in the folder of the programs. */
  readonly program: string;
  readonly command: Pick<Command, 'name' | 'usage' | 'summary'>;
  /** What the program holds, as in 'the benches'. */
  readonly holds: string;
}

/** Hands all arguments on. @returns the exit code of the program. @throws CommandError when it is not there. */
export async function runBeside({ program, command, holds }: Beside, args: readonly string[], io: Io): Promise<number> {
  const file = path.join(io.programs, program);
  if (!existsSync(file)) {
    const elsewhere = `${holds} are not part of the installed extension: get the source of Punctual, and call this there after \`npm ci\`.`;
    if (args[0] !== '--help' && args[0] !== '-h') throw new CommandError(elsewhere);
    io.out(`punctual ${command.name} ${command.usage}\n${command.summary}\n\n${elsewhere}\n`);
    return exitCodes.done;
  }
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit', signal: io.signal });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? exitCodes.failed));
  });
}
