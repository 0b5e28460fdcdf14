/** The targets that compute here: the product's loop and engine under a policy, and the library in its process. */
import { policyNamed, policyNames } from '../../../core/policies/index.ts';
import type { Policy } from '../../../core/policy.ts';
import { Loop } from '../../../loop.ts';
import type { LibraryEvent } from '../library/messages.ts';
import { LibraryProcess } from '../library/process.ts';
import type { LoadOptions } from '../model.ts';
import { modelSpec, newEngine } from '../our-engine.ts';
import type { AnswerEnd, Ask, Listener, Target } from './target.ts';

const model = 'bench';

/** @throws RangeError when there is no policy of this name. */
export function checkedPolicy(name: string): Policy {
  const policy = policyNamed(name);
  if (policy === undefined) throw new RangeError(`There is no policy '${name}': choose of ${policyNames.join(', ')}.`);
  return policy;
}

/** The whole of the product below its features: scheduler, loop, engine process, all under one policy. */
export class LoopTarget implements Target {
  readonly name: string;
  readonly #loop: Loop;

  private constructor(name: string, loop: Loop) {
    this.name = name;
    this.#loop = loop;
  }

  /** Resolves when the model is loaded and has answered once. */
  static async open(policyName: string, load: LoadOptions): Promise<LoopTarget> {
    const loop = new Loop(newEngine(policyName), {
      now: () => performance.now(),
      specOf: (id) => modelSpec(id, load),
      timer: (ms, call) => {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      },
      scheduler: { policy: checkedPolicy(policyName) },
    });
    const warm = loop.submit({
      class: 'summarize',
      sla: { kind: 'e2e', targetMs: 10 * 60 * 1000 },
      arrivalMs: loop.now(),
      model,
      prompt: { kind: 'infill', prefix: ' value', suffix: '' },
      limits: { maxTokens: 4, stop: [] },
    });
    const { outcome } = await warm.done;
    if (outcome.kind === 'failed') {
      await loop.close();
      throw new Error(String(outcome.error.message));
    }
    return new LoopTarget(policyName, loop);
  }

  ask({ arrival, prompt, sla }: Ask, listener: Listener): () => void {
    const { class: taskClass, document, answerTokens } = arrival;
    const handle = this.#loop.submit(
      {
        class: taskClass,
        sla,
        arrivalMs: this.#loop.now(),
        model,
        prompt,
        limits: { maxTokens: answerTokens, stop: [] },
        ...(document !== undefined && { supersedeKey: document }),
      },
      { onText: () => listener.token() },
    );
    void handle.done.then(({ outcome }) => listener.ended(endOf[outcome.kind]));
    return () => handle.cancel();
  }

  close(): Promise<void> {
    return this.#loop.close();
  }
}

const endOf = { finished: 'finished', cancelled: 'cancelled', failed: 'rejected' } as const;

/** The library's own loop with N sequences, in order of arrival. */
export class LibraryTarget implements Target {
  readonly name: string;
  readonly #process: LibraryProcess;
  readonly #listeners = new Map<string, Listener>();

  private constructor(name: string, library: LibraryProcess) {
    this.name = name;
    this.#process = library;
    library.onEvent((event) => this.#receive(event));
  }

  /** Flash attention is off, as on our side: replayed prompts leave chunks of fewer than 64 tokens, which it makes slow on a CPU. */
  static async open(load: LoadOptions): Promise<LibraryTarget> {
    const library = new LibraryProcess();
    try {
      await library.call({ kind: 'load', options: { ...load, flashAttention: false } });
    } catch (error) {
      await library.close();
      throw error;
    }
    return new LibraryTarget(`static:${load.sequences} on the library's loop`, library);
  }

  ask({ arrival, prompt }: Ask, listener: Listener): () => void {
    const { id, answerTokens } = arrival;
    this.#listeners.set(id, listener);
    this.#process.send({ kind: 'start', id, prompt, maxTokens: answerTokens });
    return () => this.#process.send({ kind: 'stop', id });
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  #receive(event: LibraryEvent): void {
    if (event.kind !== 'token' && event.kind !== 'ended') return;
    const listener = this.#listeners.get(event.id);
    if (event.kind === 'token') return listener?.token();
    this.#listeners.delete(event.id);
    listener?.ended(libraryEnd(event.outcome));
  }
}

function libraryEnd(outcome: Extract<LibraryEvent, { readonly kind: 'ended' }>['outcome']): AnswerEnd {
  if (outcome === 'finished') return 'finished';
  return outcome === 'stopped' ? 'cancelled' : 'rejected';
}
