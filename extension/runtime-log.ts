/** What the runtime writes down, in *Punctual: Show Log* beside what the extension says: from its files, from this window's first connection on. */
import os from 'node:os';
import type * as vscode from 'vscode';

import { Home, homeFolder } from '../runtime/client/home.ts';
import { LogFollower } from '../runtime/client/log-files.ts';
import type { LogEntry } from '../runtime/protocol.ts';
import type { Context } from './context.ts';

export function activate(ctx: Context): void {
  const { env, platform } = process;
  const { logsFolder } = new Home(homeFolder({ env, platform, homedir: os.homedir() }));
  let following: Promise<LogFollower | undefined> | undefined;
  ctx.onConnection(() => {
    following ??= LogFollower.start(logsFolder, (entry) => show(ctx.log, entry)).catch((error: unknown) => {
      ctx.log.warn(`The runtime's log in ${logsFolder} cannot be followed: ${error}`);
      return undefined;
    });
  });
  ctx.subscriptions.push({ dispose: () => void following?.then((follower) => follower?.dispose()) });
}

/** The channel leaves out what is below its level. */
export function show(log: Pick<vscode.LogOutputChannel, LogEntry['level']>, { level, area, message }: LogEntry): void {
  log[level](`Runtime, ${area}: ${message}`);
}
