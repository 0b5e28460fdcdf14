/** `punctual bench NAME`: the benches, which are a program of their own beside this one. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, CommandError, commonHelp, exitCodes } from './command.ts';

const elsewhere =
  'the benches are not part of the installed extension: get the source of Punctual, and call this there after `npm ci`.';

export const bench: Command = {
  name: 'bench',
  usage: 'NAME [--json] [--quick] [options]',
  summary: 'measure scheduling and engine against baselines',
  options: {},
  help: commonHelp,
  positionals: 0,
  takesAll: true,

  async run(args, _, io) {
    const program = path.join(io.programs, 'bench.mjs');
    if (!existsSync(program)) {
      if (args[0] === '--help' || args[0] === '-h') {
        io.out(`punctual bench ${this.usage}\n${this.summary}\n\n${elsewhere}\n`);
        return exitCodes.done;
      }
      throw new CommandError(elsewhere);
    }
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', signal: io.signal });
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? exitCodes.failed));
    });
  },
};
