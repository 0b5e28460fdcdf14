/** `punctual logs`: what the runtime has written down, from the files in its folder. Needs no runtime and starts none. */
import { LogFollower, readLog } from '../client/log-files.ts';
import { isLevelShown, type LogEntry, type LogLevel, logLevelSchema, logLevels } from '../protocol.ts';
import { firstAbort } from './abort.ts';
import { type Command, CommandError, commonHelp, exitCodes, UsageError } from './command.ts';
import { Interruption } from './interruption.ts';
import { checkedHome } from './session.ts';

const { help } = commonHelp;
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const logs: Command = {
  name: 'logs',
  usage: '[--follow] [--level L] [--since T] [--json]',
  summary: 'what the runtime has written down',
  options: { follow: { type: 'boolean' }, level: { type: 'string' }, since: { type: 'string' } },
  help: {
    follow: 'go on with what comes, until Ctrl+C',
    level: `only entries of this level and graver ones: ${logLevels.join(', ')} (default: info)`,
    since: 'only entries since then: a time such as 2026-01-31T09:00, or a span such as 30s, 10m, 2h, 3d',
    json: 'print one JSON object for each entry, as it stands in the file',
    help,
  },
  positionals: 0,

  async run(_, values, io) {
    const least = levelOf(values['level']);
    const sinceMs = sinceOf(values['since'], Date.now());
    const folder = (await checkedHome(io)).logsFolder;
    const tell = (entry: LogEntry): void => {
      if (isLevelShown(entry.level, least) && Date.parse(entry.time) >= sinceMs)
        io.out(values['json'] ? `${JSON.stringify(entry)}\n` : lineOf(entry));
    };
    if (!values['follow']) {
      const entries = await readLog(folder);
      if (entries.length === 0) io.err(`No runtime has written a log in ${folder} yet.\n`);
      for (const entry of entries) tell(entry);
      return exitCodes.done;
    }
    await follow(folder, tell, io.signal);
    // It has no other end, and nothing went wrong.
    return io.signal.reason instanceof Interruption ? io.signal.reason.exitCode : exitCodes.done;
  },
};

/** More are not written while the files are read. */
const toldMax = 1_000;

/** Nothing between what was there and what comes is lost or told twice: what comes meanwhile waits, and is compared. */
async function follow(folder: string, tell: (entry: LogEntry) => void, signal: AbortSignal): Promise<void> {
  const waiting: LogEntry[] = [];
  let take = (entry: LogEntry): void => void waiting.push(entry);
  const follower = await LogFollower.start(folder, (entry) => take(entry)).catch((error: unknown) => {
    throw new CommandError(`${folder} cannot be watched: ${String(error)}.`, 'cannotWatch');
  });
  const end = firstAbort([signal]);
  try {
    const there = await readLog(folder);
    const told = new Set(there.slice(-toldMax).map((entry) => JSON.stringify(entry)));
    for (const entry of there) tell(entry);
    take = (entry) => void (told.delete(JSON.stringify(entry)) || tell(entry));
    for (const entry of waiting) take(entry);
    await end.promise.catch(() => undefined);
  } finally {
    end.dispose();
    await follower.dispose();
  }
}

/** @throws UsageError */
function levelOf(text: string | boolean | undefined): LogLevel {
  const level = logLevelSchema.safeParse(text ?? 'info');
  if (!level.success) throw new UsageError(`--level is '${text}': give one of ${logLevels.join(', ')}`);
  return level.data;
}

/** @returns ms since 1970. @throws UsageError */
function sinceOf(text: string | boolean | undefined, nowMs: number): number {
  if (typeof text !== 'string') return Number.NEGATIVE_INFINITY;
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * unitMs[unit as keyof typeof unitMs];
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs))
    throw new UsageError(`--since is '${text}': give a time such as 2026-01-31T09:00, or a span such as 10m, 2h or 3d`);
  return timeMs;
}

const areaWidth = 'scheduler'.length;

function lineOf({ time, level, area, message, fields }: LogEntry): string {
  const facts = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${value}`);
  return `${time} ${level.padEnd(5)} ${area.padEnd(areaWidth)} ${message}${facts.join('')}\n`;
}
