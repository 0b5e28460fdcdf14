/** The whole way, from a client's socket to llama.cpp and back: real processes, the embedded model, nothing pretended. */
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { connectRuntime, isProcess, type RuntimeConnection } from '../../runtime/client/connect.ts';
import {
  type InlineCompletionResult,
  inlineCompletionResultSchema,
  partialResultSchema,
  type Status,
  statusSchema,
  textResultSchema,
} from '../../runtime/protocol.ts';
import { TemporaryHome } from '../client/temporary-home.ts';
import { at, completion, uri } from './world.ts';

const code = `export function add(a: number, b: number): number {
  return a + b;
}

export function multiply(a: number, b: number): number {
  
}
`;

/** A window of an editor, as far as the runtime can tell. */
class Window {
  readonly runtime: RuntimeConnection['runtime'];
  status: Status | undefined;
  readonly #socket: RuntimeConnection['socket'];
  readonly #connection: MessageConnection;
  readonly #onText = new Map<string, (text: string) => void>();
  #tellStatus: () => void = () => undefined;

  private constructor({ reader, writer, socket, runtime }: RuntimeConnection) {
    this.runtime = runtime;
    this.#socket = socket;
    this.#connection = createMessageConnection(reader, writer);
    this.#connection.onNotification('$/progress', (progress: unknown) => {
      const { token, value } = partialResultSchema.parse(progress);
      this.#onText.get(String(token))?.(value.text);
    });
    this.#connection.onNotification('punctual/status', (status: unknown) => {
      this.status = statusSchema.parse(status);
      this.#tellStatus();
    });
    this.#connection.listen();
  }

  static async open(home: TemporaryHome): Promise<Window> {
    const window = new Window(await connectRuntime(home.options));
    const initializationOptions = { client: 'test', version: '1', settings: { model: 'embedded' } };
    const params = { processId: null, rootUri: null, capabilities: {}, initializationOptions };
    await window.#connection.sendRequest('initialize', params);
    await window.#connection.sendNotification('initialized', {});
    const textDocument = { uri, languageId: 'typescript', version: 1, text: code };
    await window.#connection.sendNotification('textDocument/didOpen', { textDocument });
    return window;
  }

  close(): void {
    this.#connection.dispose();
    this.#socket.terminate();
  }

  async complete(isByHand = false): Promise<InlineCompletionResult> {
    const params = completion(at(5, 2), { triggerKind: isByHand ? 1 : 2 });
    const result = await this.#connection.sendRequest('textDocument/inlineCompletion', params);
    return inlineCompletionResultSchema.parse(result);
  }

  /** The result, with what had been streamed of it when it came. */
  async stream(method: string, more: object, onText: (text: string) => void = () => undefined) {
    let streamed = '';
    this.#onText.set(method, (text) => {
      streamed += text;
      onText(text);
    });
    const params = { textDocument: { uri }, partialResultToken: method, ...more };
    const result = textResultSchema.parse(await this.#connection.sendRequest(method, params));
    return { ...result, streamed };
  }

  /** Resolves with the first status for which the condition holds, the last one that came included. */
  async statusThat(holds: (status: Status) => boolean): Promise<Status> {
    for (;;) {
      if (this.status && holds(this.status)) return this.status;
      await new Promise<void>((resolve) => {
        this.#tellStatus = resolve;
      });
    }
  }
}

let home: TemporaryHome;
const windows: Window[] = [];
const open = async (): Promise<Window> => {
  const window = await Window.open(home);
  windows.push(window);
  return window;
};
beforeEach(async () => {
  home = await TemporaryHome.make();
});
afterEach(async () => {
  for (const window of windows.splice(0)) window.close();
  await home.end();
});

// Each test starts processes and loads a model, which takes its time beside others on two cores.
vi.setConfig({ testTimeout: 120_000 });

describe('the runtime with the embedded model', () => {
  it('when a completion, a summary and a translation are asked for at once, then all three are answered', async () => {
    const window = await open();
    const [suggestion, summary, translation] = await Promise.all([
      window.complete(),
      window.stream('punctual/summarize', {}),
      window.stream('punctual/translate', { to: 'python' }),
    ]);
    expect(suggestion.punctual.reason).toBe('answered');
    expect(suggestion.items[0]?.insertText).toMatch(/\S/);
    for (const result of [summary, translation]) {
      expect(result.text).toMatch(/\S/);
      expect(result.streamed).toBe(result.text);
      expect(result.demo).toBe(true);
    }
    const { classes, models } = await window.statusThat(
      ({ classes }) => classes.filter((one) => one.finished === 1).length === 3,
    );
    expect(classes.map(({ running, waiting }) => running + waiting)).toEqual([0, 0, 0, 0]);
    expect(models).toMatchObject([{ state: 'ready', demo: true }]);
    const again = await window.complete();
    expect(again.items).toEqual(suggestion.items);
    expect(again.punctual).toMatchObject({ from: 'typed', kept: true });
    const byHand = await window.complete(true);
    expect(byHand.items).toEqual(suggestion.items);
    expect(byHand.punctual.reusedTokens).toBeGreaterThan(0);
  });

  it('when the engine is killed during a translation, then the translation finishes and the next completion works', async () => {
    const window = await open();
    const log = async (): Promise<string[]> =>
      (await readFile(home.home.logFile, 'utf8')).match(/engine lost|loaded /g) ?? [];
    const losses = async (): Promise<number> => (await log()).filter((line) => line === 'engine lost').length;
    let pieces = 0;
    let enginePid = 0;
    let tries = 0;
    const killed = async () => {
      tries += 1;
      await window.complete(true);
      const running = await window.statusThat((status) => ![undefined, enginePid].includes(status.enginePid));
      enginePid = running.enginePid ?? 0;
      pieces = 0;
      return await window.stream('punctual/translate', { to: 'python' }, () => {
        pieces++;
        if (pieces === 1) process.kill(enginePid, 'SIGKILL');
      });
    };
    let translation = await killed();
    // On a busy machine so short an answer may have ended before the kill came: then the next engine is killed.
    while ((await losses()) < tries) {
      const lost = tries;
      await vi.waitUntil(async () => (await losses()) === lost, { timeout: 60_000 });
      translation = await killed();
    }
    // By now the model has been loaded once more: the answer was under way when its engine died.
    expect(await log()).toEqual(['loaded ', ...Array.from({ length: tries }, () => ['engine lost', 'loaded ']).flat()]);
    expect(pieces).toBeGreaterThan(1);
    expect(translation.streamed).toBe(translation.text);
    const translations = ({ classes }: Status) => classes.find((one) => one.class === 'translate');
    const status = await window.statusThat((later) => translations(later)?.finished === tries);
    expect(status.engineRestarts).toBe(tries);
    expect(translations(status)?.failed).toBe(0);
    const undisturbed = await window.stream('punctual/translate', { to: 'python' });
    expect(undisturbed.text).toBe(translation.text);
    expect((await window.complete(true)).punctual).toMatchObject({ reason: 'answered', from: 'generated' });
    const next = await window.statusThat((later) => later.enginePid !== undefined && later.enginePid !== enginePid);
    expect(isProcess(enginePid)).toBe(false);
    expect(isProcess(next.enginePid ?? 0)).toBe(true);
  });

  it('when a runtime has measured its model, then the next one knows the speed from the beginning', async () => {
    const lines = (what: string) => readFileSync(home.home.logFile, 'utf8').match(new RegExp(what, 'g')) ?? [];
    const first = await open();
    // No status need follow the end of a measurement: the log alone tells it.
    await vi.waitUntil(() => lines('the speed of .* was measured').length === 1, { timeout: 60_000 });
    home.childOf(first.runtime).kill('SIGTERM');
    await home.ended(home.childOf(first.runtime));
    expect(await readdir(path.join(home.home.folder, 'calibrations'))).toHaveLength(1);
    const second = await open();
    await second.complete();
    await second.statusThat(({ models }) => (models[0]?.prefillError?.samples ?? 0) > 0);
    expect(lines('the speed of .* is known')).toHaveLength(1);
    expect(lines('the speed of .* was measured')).toHaveLength(1);
  });

  it('when two windows are open, then one runtime and one engine serve both; when the runtime is killed, so is the engine', async () => {
    const [left, right] = [await open(), await open()];
    expect(left.runtime.pid).toBe(right.runtime.pid);
    const both = await Promise.all([left.complete(), right.complete()]);
    expect(both.map(({ punctual }) => punctual.reason)).toEqual(['answered', 'answered']);
    const { clients, enginePid = 0 } = await left.statusThat((status) => status.clients === 2 && !!status.enginePid);
    expect(clients).toBe(2);
    home.childOf(left.runtime).kill('SIGKILL');
    await home.ended(home.childOf(left.runtime));
    const again = await open();
    expect(again.runtime.pid).not.toBe(left.runtime.pid);
    expect((await again.complete()).punctual.reason).toBe('answered');
    // Nobody tells when a grandchild ends.
    await vi.waitUntil(() => !isProcess(enginePid), { timeout: 10_000 });
  });
});
