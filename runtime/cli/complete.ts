/** `punctual complete`: what ghost text would show at a place in a file. Counts as asked for by hand. */
import { inlineCompletionResultSchema } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, positiveInteger } from './command.ts';
import { openFile } from './document.ts';
import { withSession } from './session.ts';

export const complete: Command = {
  name: 'complete',
  usage: 'FILE --line L --character C [--model FILE] [--json]',
  summary: 'print the completion at a place in a file',
  options: { line: { type: 'string' }, character: { type: 'string' } },
  help: { line: "the cursor's line, from 1", character: "the cursor's column, from 1", ...commonHelp },
  positionals: 1,

  async run([name = ''], values, io) {
    const position = { line: positiveInteger(values, 'line') - 1, character: positiveInteger(values, 'character') - 1 };
    const file = await openFile(name, io);
    const { items, punctual } = await withSession(io, values, async (session) => {
      session.open(file);
      const params = { textDocument: { uri: file.uri }, position, context: { triggerKind: 1 } };
      return session.request('textDocument/inlineCompletion', params, inlineCompletionResultSchema);
    });
    const text = items[0]?.insertText ?? '';
    if (punctual.reason !== 'answered' && punctual.reason !== 'empty') {
      throw new CommandError(punctual.message ?? `There is no completion: ${punctual.reason}.`);
    }
    if (values['json']) io.out(`${JSON.stringify({ text, ...punctual })}\n`);
    else io.out(text === '' ? '' : `${text}\n`);
    if (text === '' && !values['json'])
      io.err(`punctual complete: ${punctual.model ?? 'the model'} has nothing to suggest here.\n`);
    return exitCodes.done;
  },
};
