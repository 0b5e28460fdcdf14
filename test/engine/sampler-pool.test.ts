/** Samplers are used again: with a stand-in for the library, and with the library itself. */
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { SamplerPool } from '../../runtime/engine/llama/sampler-pool.ts';
import { embeddedModel } from './models.ts';

/** The part of the library that makes samplers. */
class FakeLibrary {
  readonly disposed: FakeSampler[] = [];
  readonly _bindings = { AddonSampler: samplersOf(this) };

  sampler(model: object): FakeSampler {
    return new this._bindings.AddonSampler(model);
  }
}

interface FakeSampler {
  readonly model: object;
  dispose(): void;
}

/** Its methods cannot be assigned to, as native ones cannot. */
function samplersOf(library: FakeLibrary): new (model: object) => FakeSampler {
  class Sampler implements FakeSampler {
    readonly model: object;

    constructor(model: object) {
      this.model = model;
    }

    dispose(): void {
      library.disposed.push(this);
    }
  }
  Object.defineProperty(Sampler.prototype, 'dispose', { writable: false });
  return Sampler;
}

describe('a pool of samplers', () => {
  it('when the library is done with a sampler, then the next one of that model is the same', () => {
    const [library, pool, model] = [new FakeLibrary(), new SamplerPool(), {}];
    expect(pool.serve(library)).toBe(true);
    const first = library.sampler(model);
    const second = library.sampler(model);
    expect(second).not.toBe(first);
    first.dispose();
    first.dispose();
    expect(library.sampler(model)).toBe(first);
    expect(library.sampler(model)).not.toBe(first);
    expect(pool.made).toBe(3);
    expect(library.disposed).toEqual([]);
  });

  it('when another model samples, then it gets one of its own', () => {
    const [library, pool, other] = [new FakeLibrary(), new SamplerPool(), {}];
    pool.serve(library);
    library.sampler({}).dispose();
    expect(library.sampler(other).model).toBe(other);
    expect(pool.made).toBe(2);
  });

  it('when a model is to go, then what is free is given back to the library, and what is in use follows at the next end', () => {
    const [library, pool, model] = [new FakeLibrary(), new SamplerPool(), {}];
    pool.serve(library);
    const [free, used] = [library.sampler(model), library.sampler(model)];
    free.dispose();
    pool.clear();
    expect(library.disposed).toEqual([free]);
    used.dispose();
    pool.clear();
    expect(library.disposed).toEqual([free, used]);
  });

  it.each([
    {},
    { _bindings: undefined },
    { _bindings: {} },
    { _bindings: { AddonSampler: 'a text' } },
    { _bindings: { AddonSampler: () => undefined } },
  ])('when the library is not as expected (%j), then nothing of it is changed', (library) => {
    const inside = (): unknown[] => Object.values<unknown>({ ...Reflect.get(library, '_bindings') });
    const before = inside();
    expect(new SamplerPool().serve(library)).toBe(false);
    expect(inside()).toEqual(before);
  });

  it('when the real library samples many tokens one after the other, then it makes one sampler', async () => {
    const options = { build: 'never', skipDownload: true, gpu: false, progressLogs: false } as const;
    const llama = await getLlama({ ...options, logLevel: LlamaLogLevel.error, maxThreads: 1 });
    const pool = new SamplerPool();
    expect(pool.serve(llama)).toBe(true);
    const model = await llama.loadModel({ modelPath: embeddedModel });
    const context = await model.createContext({ contextSize: 256, threads: 1 });
    const sequence = context.getSequence();
    let token: Token = 1 as Token;
    for (let count = 0; count < 20; count += 1) {
      const greedy = { generateNext: { token: true, options: { temperature: 0 } } } as const;
      const [result] = await sequence.controlledEvaluate([[token, greedy]]);
      token = result?.next.token ?? expect.unreachable();
    }
    expect(pool.made).toBe(1);
    pool.clear();
    await llama.dispose();
  });
});
