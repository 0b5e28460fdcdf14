import { summarizeMethod } from '../protocol.ts';
import { type Command, commonHelp } from './command.ts';
import { openFile } from './document.ts';
import { runTextCommand } from './text.ts';

export const summarize: Command = {
  name: 'summarize',
  usage: 'FILE [--model FILE] [--json]',
  summary: 'say what a file does',
  options: {},
  help: commonHelp,
  positionals: 1,

  async run([name = ''], values, io) {
    return runTextCommand(summarizeMethod, await openFile(name, io), {}, values, io);
  },
};
