/** A question on the terminal, answered by one line. */
import { createInterface } from 'node:readline';

export type Ask = (question: string, moot: AbortSignal) => Promise<string>;

/** Resolves to the line, or to nothing when the input ends or the question is moot; never rejects. */
export function askOn(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Ask {
  return (question, moot) =>
    new Promise((resolve) => {
      // Without line editing of its own, so that Ctrl+C stays a signal.
      const lines = createInterface({ input, output, terminal: false });
      const close = (): void => lines.close();
      let answer: string | undefined;
      lines.once('close', () => {
        moot.removeEventListener('abort', close);
        // What is said next begins a line of its own.
        if (answer === undefined) output.write('\n');
        resolve(answer ?? '');
      });
      lines.question(question, (line) => {
        answer = line;
        close();
      });
      moot.addEventListener('abort', close, { once: true });
      if (moot.aborted) close();
    });
}
