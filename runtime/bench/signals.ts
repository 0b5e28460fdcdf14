/** An orderly end when the user presses Ctrl+C or the program is told to terminate. */

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends the program after `tidy` on these signals, without a word. Only for stretches in which the event loop turns: a handler keeps the
 * system from ending a program that computes without a pause.
 * @returns takes it back.
 */
export function tidyOnSignals(tidy: () => void | Promise<void>): () => void {
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const end = (): void => process.exit(exitCodes[signal]);
    const handler = (): void => void Promise.resolve(tidy()).then(end, end);
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}
