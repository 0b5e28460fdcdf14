/**
 * Which model does which kind of task in this window. The runtime says so with its list of models, which costs it the heads of files; so
 * it is asked when something may have changed and not at every status.
 */
import * as vscode from 'vscode';
import type { ModelsListResult } from '../runtime/protocol.ts';
import type { Client } from './client.ts';
import { type ServingModels, servingModels } from './serving-text.ts';

/** Several changes at once (settings, a new model in the status) are one question. */
const askDelayMs = 500;

export interface ServingOptions {
  readonly client: Pick<Client, 'connection' | 'ready'>;
  readonly log: vscode.LogOutputChannel;
}

export class Serving implements vscode.Disposable {
  readonly #options: ServingOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  #models: ServingModels = {};
  #timer: NodeJS.Timeout | undefined;
  #asking: vscode.CancellationTokenSource | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  /** Empty until the runtime has answered. */
  get current(): ServingModels {
    return this.#models;
  }

  refreshSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), askDelayMs);
  }

  /** What is known belongs to a connection that is gone. */
  forget(): void {
    this.#stop();
    this.#set({});
  }

  /** A list that came for another reason says it too. */
  learn(list: ModelsListResult): void {
    this.#set(servingModels(list));
  }

  dispose(): void {
    this.#stop();
    this.#changed.dispose();
  }

  async #ask(): Promise<void> {
    const { client, log } = this.#options;
    const { connection } = client;
    if (connection === undefined) return;
    this.#asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.#asking = asking;
    try {
      const list = await connection.models(asking.token);
      if (!asking.token.isCancellationRequested) this.learn(list);
    } catch (error) {
      log.debug(`Which model does what is not known: ${error}`);
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.cancel();
    this.#asking = undefined;
  }

  #set(models: ServingModels): void {
    // Whoever shows the list asks for it at each change, so a list that says nothing new must be none.
    if (JSON.stringify(models) === JSON.stringify(this.#models)) return;
    this.#models = models;
    this.#changed.fire();
  }
}

/** @throws UserError when there is no runtime, and what the runtime refuses with. */
export async function listModels(
  { client, serving }: { readonly client: ServingOptions['client']; readonly serving: Serving },
  token: vscode.CancellationToken = new vscode.CancellationTokenSource().token,
): Promise<ModelsListResult> {
  const connection = await client.ready(token);
  const list = await connection.models(token);
  serving.learn(list);
  return list;
}
