/** `punctual status`: promised against measured. Starts no runtime. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Status } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io, type Values } from './command.ts';
import { type Session, withRunning } from './session.ts';
import { statusTable } from './status-table.ts';

const { json, help } = commonHelp;

export const status: Command = {
  name: 'status',
  usage: '[--watch] [--json]',
  summary: 'promised against measured, per class of tasks; models in memory',
  options: { watch: { type: 'boolean' } },
  help: { watch: 'again every second until Ctrl+C; the runtime stays up meanwhile', json, help },
  positionals: 0,

  async run(_, values, io) {
    const isRunning = await withRunning(io, async (session) => {
      if (values['watch']) await watch(session, values, io);
      else io.out(printed(await session.status(), session.runtimePort, values));
      return true;
    });
    if (isRunning) return exitCodes.done;
    const none = 'No runtime is running: it starts when an editor or a command needs it.';
    io.out(values['json'] ? `${JSON.stringify({ running: false })}\n` : `${none}\n`);
    return exitCodes.done;
  },
};

function printed(current: Status, port: number, values: Values): string {
  return values['json'] ? `${JSON.stringify({ running: true, port, ...current })}\n` : statusTable(current, port);
}

const paceMs = 1_000;

/** Until the command is interrupted, which is how it ends well, or the runtime is gone, which is said. */
async function watch(session: Session, values: Values, io: Io): Promise<void> {
  const isPainted = io.terminal !== undefined && !values['json'];
  const next = async (): Promise<string> => printed(await session.status(), session.runtimePort, values);
  const pause = (): Promise<void> => delay(paceMs, undefined, { signal: io.signal });
  try {
    await repeat(next, isPainted ? painter(io.out) : printer(io.out), pause);
  } catch (error) {
    if (io.signal.aborted) return;
    if (!(error instanceof CommandError)) throw error;
    io.err('The runtime has ended.\n');
  }
}

/** Never ends by itself. */
export async function repeat(
  next: () => Promise<string>,
  show: (text: string) => void,
  pause: () => Promise<void>,
): Promise<never> {
  for (;;) {
    show(await next());
    await pause();
  }
}

/** One picture over the other. The rest of each line, and what is below, is cleared, so that nothing flickers. */
export function painter(out: (text: string) => void): (text: string) => void {
  let isFirst = true;
  return (text) => {
    out(`${isFirst ? '\x1b[2J' : ''}\x1b[H${text.replaceAll('\n', '\x1b[K\n')}\x1b[J`);
    isFirst = false;
  };
}

/** What is new, and nothing twice. */
export function printer(out: (text: string) => void): (text: string) => void {
  let last = '';
  return (text) => {
    if (text !== last) out(text);
    last = text;
  };
}
