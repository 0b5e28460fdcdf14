/** `punctual bench NAME`: the benches, which are a program of their own beside this one. */
import { runBeside } from './beside.ts';
import { type Command, commonHelp } from './command.ts';

export const bench: Command = {
  name: 'bench',
  usage: 'NAME [--json] [--quick] [options]',
  summary: 'measure scheduling and engine against baselines',
  options: {},
  help: commonHelp,
  positionals: 0,
  takesAll: true,

  run(args, _, io) {
    return runBeside({ program: 'bench.mjs', command: this, holds: 'the benches' }, args, io);
  },
};
