/** `punctual complete`: what ghost text would show at a place in a file. Counts as asked for by hand. */
import { type CompletionTrace, clientSettingsSchema, inlineCompletionResultSchema } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io, type Values } from './command.ts';
import { languageHelp, languageOption, openFile } from './document.ts';
import { checkInside, placeOf } from './place.ts';
import { withWaiting } from './session-waiting.ts';
import { targetMsOf, targetOption } from './target.ts';

const { completion: usual } = clientSettingsSchema.parse({});

export const complete: Command = {
  name: 'complete',
  usage: 'FILE|- --line L --character C [--target MS] [--language ID] [--model MODEL] [--trace] [--json]',
  summary: 'print the completion at a place in a file',
  options: {
    line: { type: 'string' },
    character: { type: 'string' },
    ...targetOption,
    ...languageOption,
    trace: { type: 'boolean' },
  },
  help: {
    line: "the cursor's line, from 1",
    character: "the cursor's column, from 1",
    target: `promised time to the first token, in ms (default: ${usual.targetMs})`,
    ...languageHelp,
    trace: 'say on stderr what the prompt was, and what was predicted',
    ...commonHelp,
  },
  positionals: 1,

  async run([name = ''], values, io) {
    const position = placeOf(values);
    const targetMs = targetMsOf(values) ?? usual.targetMs;
    const file = await openFile(name, io, values);
    checkInside(file, position);
    const settings = { completion: { ...usual, targetMs } };
    const { items, punctual } = await withWaiting(io, values, settings, async (session) => {
      session.open(file);
      const params = { textDocument: { uri: file.uri }, position, context: { triggerKind: 1 } };
      return session.request('textDocument/inlineCompletion', params, inlineCompletionResultSchema);
    });
    const { reason, message } = punctual;
    if (reason !== 'answered' && reason !== 'empty')
      throw new CommandError(message ?? `There is no completion: ${reason}.`, reason);
    show(items[0]?.insertText ?? '', { ...punctual, targetMs }, values, io);
    return exitCodes.done;
  },
};

type Trace = CompletionTrace & { readonly targetMs: number };

function show(text: string, trace: Trace, values: Values, io: Io): void {
  if (values['json']) {
    io.out(`${JSON.stringify({ text, ...trace })}\n`);
    return;
  }
  io.out(text === '' ? '' : `${text}\n`);
  if (text === '') io.err(`punctual complete: ${trace.model ?? 'the model'} has nothing to suggest here.\n`);
  io.err(`${timing(trace)}\n`);
  if (values['trace'])
    io.err(
      traceLines(trace)
        .map((line) => `  ${line}\n`)
        .join(''),
    );
}

/** As summaries and translations say it. An answer without a token is that there is nothing to add. */
function timing({ model = 'the model', ttftMs, e2eMs = 0, targetMs, kept }: Trace): string {
  const measured = ttftMs === undefined ? `an empty answer after ${ms(e2eMs)}` : `first token after ${ms(ttftMs)}`;
  return `${model}: ${measured}, promised ${ms(targetMs)}${kept ? '' : ' (promise broken)'}`;
}

function traceLines({
  insteadOf,
  promptTokens,
  reusedTokens = 0,
  generatedTokens = 0,
  e2eMs,
  forecastMs,
  fitted,
}: Trace): string[] {
  const lines: string[] = [];
  if (insteadOf !== undefined) lines.push(`answered instead of ${insteadOf}, which would have come too late`);
  if (promptTokens !== undefined)
    lines.push(`prompt: ${promptTokens} tokens, ${reusedTokens} of them evaluated before`);
  if (e2eMs !== undefined) lines.push(`answer: ${generatedTokens} tokens, the last one after ${ms(e2eMs)}`);
  if (forecastMs !== undefined) lines.push(`predicted for the first token: ${ms(forecastMs)}`);
  if (fitted)
    lines.push(
      `the prompt was cut by about ${fitted.droppedTokens} tokens: with all of them the first token was expected too late for ${ms(fitted.targetMs)}`,
    );
  return lines;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
