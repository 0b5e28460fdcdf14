import { targetLanguages, translateMethod } from '../protocol.ts';
import { type Command, commonHelp, UsageError } from './command.ts';
import { openFile } from './document.ts';
import { runTextCommand } from './text.ts';

export const translate: Command = {
  name: 'translate',
  usage: 'FILE --to LANG [--model FILE] [--json]',
  summary: 'write a file in another programming language',
  options: { to: { type: 'string' } },
  help: { to: `one of ${Object.keys(targetLanguages).join(', ')}`, ...commonHelp },
  positionals: 1,

  async run([name = ''], values, io) {
    if (typeof values['to'] !== 'string') throw new UsageError('--to is missing: give the language to translate into');
    const to = targetNamed(values['to']);
    if (to === undefined)
      throw new UsageError(`--to is '${values['to']}': give one of ${Object.keys(targetLanguages).join(', ')}`);
    return runTextCommand(translateMethod, await openFile(name, io), { to }, values, io);
  },
};

/** By its id or by its name, in whatever case: `cpp`, `C++`, `Java`. */
function targetNamed(text: string): string | undefined {
  const wanted = text.toLowerCase();
  return Object.entries(targetLanguages).find(([id, name]) => id === wanted || name.toLowerCase() === wanted)?.[0];
}
