import { clientSettingsSchema, summarizeMethod } from '../protocol.ts';
import { type Command, commonHelp } from './command.ts';
import { languageHelp, openFile } from './document.ts';
import { substituteHelp, substituteUsage } from './substitute.ts';
import { runTextCommand, textOptions } from './text.ts';

const { summarize: usual } = clientSettingsSchema.parse({});

export const summarize: Command = {
  name: 'summarize',
  usage: `FILE|- [--language ID] [--target MS] ${substituteUsage} [--model MODEL] [--json]`,
  summary: 'say what a file, or standard input, does',
  options: textOptions,
  help: {
    ...languageHelp,
    target: `promised time to the end, in ms (default: ${usual.targetMs})`,
    ...substituteHelp,
    ...commonHelp,
  },
  positionals: 1,

  async run([name = ''], values, io) {
    return runTextCommand(summarizeMethod, await openFile(name, io, values), {}, values, io);
  },
};
