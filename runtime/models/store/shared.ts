/** Work that several ask for and that is done once: everybody hears of its progress, and it is stopped when nobody wants it any more. */

export interface Asker<P> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: P) => void) | undefined;
}

export type Start<R, P> = (signal: AbortSignal, report: (progress: P) => void) => Promise<R>;

export interface Ask<R, P> extends Asker<P> {
  readonly key: string;
  /** Work under way for the same key is joined when this agrees too; otherwise `onConflict` says why not. */
  readonly identity: string;
  readonly start: Start<R, P>;
  readonly onConflict: () => Error;
  /** What an asker who leaves is rejected with, and the reason of the signal that stops the work. */
  readonly onCancel: () => Error;
}

interface Running<R, P> {
  readonly identity: string;
  readonly askers: Set<Asker<P>>;
  readonly controller: AbortController;
  readonly work: Promise<R>;
  latest: P | undefined;
}

export class SharedWork<R, P> {
  readonly #running = new Map<string, Running<R, P>>();

  has(key: string): boolean {
    return this.#running.has(key);
  }

  /** An asker who leaves is settled at once; the last one when the work has wound down, so that its files are closed. */
  async join(ask: Ask<R, P>): Promise<R> {
    for (;;) {
      if (ask.signal?.aborted) throw ask.onCancel();
      const running = this.#running.get(ask.key);
      if (!running) return this.#wait(this.#begin(ask), ask);
      if (!running.controller.signal.aborted) {
        if (running.identity !== ask.identity) throw ask.onConflict();
        return this.#wait(running, ask);
      }
      // It is being stopped: what it holds must be free before the same is begun again.
      await running.work.catch(() => undefined);
    }
  }

  /** Stops everything and waits until it has stopped. */
  async close(reason: (key: string) => Error): Promise<void> {
    const all = [...this.#running];
    for (const [key, { controller }] of all) controller.abort(reason(key));
    await Promise.allSettled(all.map(([, { work }]) => work));
  }

  #begin({ key, identity, start }: Ask<R, P>): Running<R, P> {
    const askers = new Set<Asker<P>>();
    const controller = new AbortController();
    const report = (progress: P): void => {
      running.latest = progress;
      for (const { onProgress } of askers) onProgress?.(progress);
    };
    const work = Promise.resolve()
      .then(() => start(controller.signal, report))
      .finally(() => this.#running.delete(key));
    const running: Running<R, P> = { identity, askers, controller, work, latest: undefined };
    this.#running.set(key, running);
    return running;
  }

  #wait(running: Running<R, P>, { signal, onProgress, onCancel }: Ask<R, P>): Promise<R> {
    const asker: Asker<P> = { onProgress };
    running.askers.add(asker);
    if (running.latest !== undefined) onProgress?.(running.latest);
    return new Promise<R>((resolve, reject) => {
      const leave = (): void => {
        running.askers.delete(asker);
        if (running.askers.size === 0) running.controller.abort(onCancel());
        else reject(onCancel());
      };
      signal?.addEventListener('abort', leave, { once: true });
      running.work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }
}
