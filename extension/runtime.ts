/** How this editor reaches the runtime: which Node runs it, where its state lies, and with which environment it starts. */
import os from 'node:os';
import type { MessageTransports } from 'vscode-languageclient/node';
import { connectRuntime } from '../runtime/client/connect.ts';
import { homeFolder } from '../runtime/client/home.ts';
import { SaidError } from '../runtime/core/sentence.ts';
import { say } from './l10n.ts';

export interface RuntimeOptions {
  /** Absolute path of the bundled runtime. */
  readonly runtimeFile: string;
  /** Of the extension. */
  readonly version: string;
  /** Minutes that a runtime started here stays without clients. */
  readonly idleMinutes: number;
  /** Loads whoever listens to the transports. */
  readonly listening: Promise<unknown>;
}

/** @throws Error whose message is a sentence for a person, in the language of the editor. */
export async function openTransports(options: RuntimeOptions): Promise<MessageTransports> {
  const { env, platform, execPath } = process;
  const connecting = connectRuntime({
    homeFolder: homeFolder({ env, platform, homedir: os.homedir() }),
    runtimeFile: options.runtimeFile,
    version: options.version,
    execPath,
    env: withoutEditor(env),
    idleMs: Math.round(options.idleMinutes * 60_000),
    listening: options.listening,
  });
  const { reader, writer } = await connecting.catch((error: unknown) => {
    throw error instanceof SaidError
      ? new Error(typeof error.words === 'string' ? error.words : say(error.words), { cause: error })
      : error;
  });
  return { reader, writer, detached: true };
}

/** The runtime outlives this window and serves others, so what the editor set for its own processes is not passed on. */
function withoutEditor(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name));
  return Object.fromEntries(kept);
}
