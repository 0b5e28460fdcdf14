/** What `summarize` and `translate` share: a streamed answer, and how it kept its promise. */
import { type TextResult, textResultSchema } from '../protocol.ts';
import { exitCodes, type Io, type Values } from './command.ts';
import type { OpenedFile } from './document.ts';
import { withSession } from './session.ts';

/** Streams to stdout as the text comes, and says on stderr how it went; with `--json` the result alone says it all. */
export async function runTextCommand(
  method: string,
  file: OpenedFile,
  extra: object,
  values: Values,
  io: Io,
): Promise<number> {
  const result = await withSession(io, values, async (session) => {
    session.open(file);
    const onText = (text: string): void => {
      if (!values['json']) io.out(text);
    };
    return session.stream(method, { textDocument: { uri: file.uri }, ...extra }, textResultSchema, onText);
  });
  if (values['json']) {
    io.out(`${JSON.stringify(result)}\n`);
  } else {
    io.out(result.text.endsWith('\n') ? '' : '\n');
    io.err(`${describe(result)}\n`);
  }
  return exitCodes.done;
}

function describe({ model, e2eMs, targetMs, kept, end, truncated }: TextResult): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const parts = [`${model}: ${seconds(e2eMs)}, promised ${seconds(targetMs)}${kept ? '' : ' (promise broken)'}`];
  if (truncated)
    parts.push(`only the first ${truncated.lines} of ${truncated.of} lines fitted into the model's context`);
  if (end === 'repetition') parts.push('stopped, as the model began to repeat itself');
  if (end === 'length') parts.push('cut off at the length limit');
  return parts.join('; ');
}
