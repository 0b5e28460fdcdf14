/** `punctual eval [NAME]`: how good the answers are, or which evals there are; they are a program of their own beside this one. */
import { runBeside } from './beside.ts';
import { type Command, commonHelp } from './command.ts';

export const evaluate: Command = {
  name: 'eval',
  usage: '[NAME] [--json] [options]',
  summary: 'score completions, context and prompts on fixed cases; without a name, list what there is',
  options: {},
  help: commonHelp,
  positionals: 0,
  takesAll: true,

  run(args, _, io) {
    return runBeside({ program: 'eval.mjs', command: this, holds: 'the evals' }, args, io);
  },
};
