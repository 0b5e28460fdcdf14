/** The library process as a bench sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { programs } from '../model.ts';
import type { LibraryAnswer, LibraryCall, LibraryCommand, LibraryEvent } from './messages.ts';

type AnswerTo<Kind extends LibraryCall['kind']> = Extract<LibraryAnswer, { readonly kind: Kind }>;

interface Waiting {
  readonly resolve: (answer: LibraryAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class LibraryProcess {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(event: LibraryEvent) => void>();
  readonly #ended: Promise<void>;
  #waiting: Waiting | undefined;

  constructor() {
    this.#child = fork(path.join(programs, 'bench-library.mjs'), [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // The same as the product's engine process has.
      env: { ...process.env, NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true', UV_THREADPOOL_SIZE: '8' },
    });
    this.#child.on('message', (message: LibraryEvent) => this.#receive(message));
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.#waiting?.reject(new Error(`The library process ended with code ${code}.`));
        resolve();
      });
    });
  }

  /** One call at a time. @throws what the library process says went wrong. */
  async call<Call extends LibraryCall>(call: Call): Promise<AnswerTo<Call['kind']>> {
    if (this.#waiting !== undefined) throw new Error('The last call is not answered yet.');
    const answer = await new Promise<LibraryAnswer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#child.send(call);
    });
    if (answer.kind === 'failed') throw new Error(answer.message);
    return answer as AnswerTo<Call['kind']>;
  }

  send(command: Exclude<LibraryCommand, LibraryCall>): void {
    if (this.#child.connected) this.#child.send(command, () => undefined);
  }

  onEvent(listener: (event: LibraryEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Abrupt: nothing of it is worth an orderly end, and one may hang. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #receive(event: LibraryEvent): void {
    if (event.kind === 'token' || event.kind === 'ended') {
      for (const listener of [...this.#listeners]) listener(event);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(event);
  }
}
