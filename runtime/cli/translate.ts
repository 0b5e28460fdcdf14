import { clientSettingsSchema, type TargetLanguage, targetLanguages, translateMethod } from '../protocol.ts';
import { type Command, CommandError, commonHelp, UsageError, type Values } from './command.ts';
import { languageHelp, type NamedFile, openFile } from './document.ts';
import { substituteHelp, substituteUsage } from './substitute.ts';
import { runTextCommand, textOptions, workspaceHelp } from './text.ts';

const { translate: usual } = clientSettingsSchema.parse({});
const known = Object.keys(targetLanguages).join(', ');

export const translate: Command = {
  name: 'translate',
  usage: `FILE|- --to LANG [--language ID] [--target MS] [--workspace DIR] ${substituteUsage} [--model MODEL] [--json]`,
  summary: 'write a file, or standard input, in another programming language',
  options: { to: { type: 'string' }, ...textOptions },
  help: {
    to: `one of ${known}`,
    ...languageHelp,
    target: `promised time to the end, in ms (default: ${usual.targetMs})`,
    ...workspaceHelp,
    ...substituteHelp,
    ...commonHelp,
  },
  positionals: 1,

  async run([name = ''], values, io) {
    const to = targetOf(values);
    const file = await openFile(name, io, values);
    refuseSame(file, to);
    return runTextCommand(
      { method: translateMethod, file, params: { to, ...(values['json'] === true && { mayRestart: true }) } },
      values,
      io,
    );
  },
};

/** By its id or by its name, in whatever case: `cpp`, `C++`, `Java`. @throws UsageError */
function targetOf({ to }: Values): TargetLanguage {
  if (typeof to !== 'string') throw new UsageError('--to is missing: give the language to translate into');
  const wanted = to.toLowerCase();
  const ids = Object.keys(targetLanguages) as TargetLanguage[];
  const found = ids.find((id) => id === wanted || targetLanguages[id].toLowerCase() === wanted);
  if (found === undefined) throw new UsageError(`--to is '${to}': give one of ${known}`);
  return found;
}

/** A model would write the same once more, or something else. */
function refuseSame({ name, languageId }: NamedFile, to: TargetLanguage): void {
  // The React flavours are the same language with markup in it.
  if (languageId.replace(/react$/, '') !== to) return;
  const message = `${name} is written in ${targetLanguages[to]} already: give another language with --to, or the right one of the file with --language.`;
  throw new CommandError(message, 'sameLanguage');
}
