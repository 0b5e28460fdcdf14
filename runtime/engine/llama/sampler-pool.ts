/**
 * Samplers that are used again.
 *
 * node-llama-cpp makes a native sampler for each sequence of each pass, with a table of 12 bytes for each token of the vocabulary. Its
 * `dispose` leaves the table to the garbage collector of JavaScript, which sees a few bytes of it and has no reason to run: after 2,048
 * tokens of a vocabulary of 152,000 the process held 3.6 GB of such tables. A pool keeps as many as were ever in use at once.
 *
 * The library has no public way to hand a sampler in, so the class that it makes them from is replaced by one that looks into the pool
 * first. Before each token it configures a sampler anew, a used one too. What is replaced is checked: where the library is not as
 * expected, everything stays as it is, and only memory is lost.
 */

/** As the library's native code makes it. */
interface NativeSampler {
  dispose(): void;
}

type SamplerClass = new (model: object) => NativeSampler;

export class SamplerPool {
  /** By the native model: a sampler's table has the length of one vocabulary. */
  readonly #free = new Map<object, NativeSampler[]>();
  #made = 0;

  /** Samplers that the library had to make. */
  get made(): number {
    return this.#made;
  }

  /** @param llama the opened library. @returns whether its samplers come from this pool from now on. */
  serve(llama: object): boolean {
    const bindings: unknown = Reflect.get(llama, '_bindings');
    if (typeof bindings !== 'object' || bindings === null) return false;
    const Native: unknown = Reflect.get(bindings, 'AddonSampler');
    if (!isSamplerClass(Native)) return false;
    const construct = (_: SamplerClass, [model]: [object]): NativeSampler =>
      this.#free.get(model)?.pop() ?? this.#make(Native, model);
    return Reflect.set(bindings, 'AddonSampler', new Proxy<SamplerClass>(Native, { construct }));
  }

  /** To be called when a model is to go: what is free holds on to its model. */
  clear(): void {
    const free = [...this.#free.values()].flat();
    this.#free.clear();
    for (const sampler of free) Reflect.deleteProperty(sampler, 'dispose');
    for (const sampler of free) sampler.dispose();
  }

  #make(Native: SamplerClass, model: object): NativeSampler {
    const sampler = new Native(model);
    this.#made += 1;
    const giveBack = (): void => {
      const free = this.#free.get(model) ?? [];
      this.#free.set(model, free);
      if (!free.includes(sampler)) free.push(sampler);
    };
    // It stands before the method of the class: when the library is done with a sampler, it comes back.
    Reflect.defineProperty(sampler, 'dispose', { value: giveBack, configurable: true });
    return sampler;
  }
}

function isSamplerClass(value: unknown): value is SamplerClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = Reflect.get(value, 'prototype');
  return typeof prototype === 'object' && prototype !== null && typeof Reflect.get(prototype, 'dispose') === 'function';
}
