/** What runtime/engine/engine.ts promises of models that come, go and change their contexts, for every engine. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineCommand, EngineEvent, EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { ContractDriver, type Subject } from './contract-driver.ts';
import type { Recorder } from './recorder.ts';

const code = Array.from({ length: 30 }, (_, index) => `const value${index} = read(${index});`).join('\n');
const prompt = { kind: 'infill', prefix: `${code}\nreturn `, suffix: '\n' } as const;

/** @param create an engine of its own, with {@link Subject.chatOnlySpec} as the other model. */
export function swapContract(name: string, create: () => Promise<Subject>): void {
  describe(`the contract of swapping: ${name}`, () => {
    let driver: ContractDriver;
    let recorder: Recorder;
    let spec: ModelSpec;

    const send = (command: EngineCommand): void => driver.subject.engine.send(command);
    const ended = (...ids: string[]): Promise<void> => driver.until(() => ids.every((id) => recorder.hasEnded(id)));
    const start = (overrides?: Partial<EngineRequest>): string => driver.start({ prompt, ...overrides });
    /** Sends a command and waits for the first event about the model that answers it. */
    const answered = async (command: EngineCommand): Promise<EngineEvent> => {
      const before = recorder.events.length;
      const answer = (): EngineEvent | undefined => recorder.events.slice(before).find(({ kind }) => answers.has(kind));
      send(command);
      await driver.until(() => answer() !== undefined);
      const event = answer();
      if (event === undefined) throw new Error('There was no answer.');
      return event;
    };
    const load = (wanted = spec): Promise<EngineEvent> => answered({ kind: 'load', spec: wanted });
    const unload = (): Promise<EngineEvent> => answered({ kind: 'unload', model: spec.id });
    const resize = (sequences: number, contextTokens: number): Promise<EngineEvent> => {
      return answered({ kind: 'resize', model: spec.id, sequences, contextTokens });
    };

    beforeAll(async () => {
      driver = new ContractDriver(await create());
      recorder = driver.recorder;
      spec = driver.subject.spec;
      expect(await load()).toMatchObject({ kind: 'loaded' });
    });

    afterEach(async () => {
      expect(await load()).toMatchObject({ kind: 'loaded', info: { sequences: spec.sequences } });
      driver.checkOrder();
    });

    afterAll(() => driver.subject.engine.close());

    it('when a model leaves and comes back, then what its document held is there, and the answer is the same', async () => {
      const first = start({ document: 'a' });
      await ended(first);
      expect(await unload()).toMatchObject({ kind: 'unloaded', model: spec.id });
      expect(await load()).toMatchObject({ kind: 'loaded' });
      const again = start({ document: 'a' });
      await ended(again);
      const { promptTokens = 0, reusedTokens } = recorder.accepted(again) ?? {};
      expect(promptTokens).toBeGreaterThan(100);
      expect(reusedTokens).toBe(promptTokens - 1);
      expect(recorder.text(again)).toBe(recorder.text(first));
    });

    it('when nobody will ask for a prompt again, then it is not kept', async () => {
      const first = start({ prompt: { ...prompt, prefix: `// nobody\n${prompt.prefix}` } });
      await ended(first);
      await unload();
      await load();
      const again = start({ prompt: { ...prompt, prefix: `// nobody\n${prompt.prefix}` } });
      await ended(again);
      expect(recorder.accepted(again)?.reusedTokens).toBeLessThan(20);
    });

    it('when a model is unloaded, then it is said how much memory is back and how long that took', async () => {
      const event = await unload();
      if (event.kind !== 'unloaded') throw new Error(`This is no unload: ${event.kind}.`);
      expect(event.freedBytes).toBeGreaterThan(0);
      expect(event.tookMs).toBeGreaterThanOrEqual(0);
      expect(await unload()).toMatchObject({ kind: 'unloaded' });
    });

    it('when the context is made smaller while requests run, then they go on to the same answers', async () => {
      const limits = { maxTokens: 60, stop: [] };
      const alone = start({ limits });
      await ended(alone);
      const running = [start({ limits }), start({ limits }), start({ limits })];
      await driver.until(() => running.some((id) => recorder.tokens(id).length >= 5));
      const info = { sequences: 1, contextTokens: 1_024 };
      expect(await resize(1, 1_024)).toMatchObject({ kind: 'resized', model: spec.id, info });
      await ended(...running);
      for (const id of running) {
        expect(recorder.text(id)).toBe(recorder.text(alone));
        expect(recorder.about(id).filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
      }
    });

    it('when the context is changed, then what its document held is there', async () => {
      const first = start({ document: 'b' });
      await ended(first);
      await resize(1, 1_024);
      const again = start({ document: 'b' });
      await ended(again);
      const { promptTokens = 0, reusedTokens } = recorder.accepted(again) ?? {};
      expect(reusedTokens).toBe(promptTokens - 1);
    });

    it('when a request is too long for the new context, then it ends with the numbers', async () => {
      const id = start({ limits: { maxTokens: 1_000, stop: [] } });
      await driver.until(() => recorder.tokens(id).length > 0);
      await resize(1, 1_024);
      await ended(id);
      const outcome = recorder.outcome(id);
      expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'promptTooLong', promptTokensMax: 24 } });
    });

    it('when a request comes while the context changes, then it waits and is answered', async () => {
      send({ kind: 'resize', model: spec.id, sequences: 1, contextTokens: 1_024 });
      const id = start();
      await ended(id);
      expect(recorder.outcome(id)).toMatchObject({ kind: 'finished' });
      expect(recorder.of('resized').length).toBeGreaterThan(0);
    });

    it('when a model is asked for with another context, then its requests go on and the new size is said', async () => {
      const id = start({ limits: { maxTokens: 60, stop: [] } });
      await driver.until(() => recorder.tokens(id).length > 0);
      const wanted = { ...spec, sequences: 3, contextTokens: 1_024 };
      expect(await load(wanted)).toMatchObject({ kind: 'loaded', info: { sequences: 3, contextTokens: 1_024 } });
      await ended(id);
      expect(recorder.outcome(id)).toEqual({ kind: 'finished', reason: 'length' });
    });

    it('when a model that is not there is to be resized, then that fails', async () => {
      await unload();
      const error = { code: 'modelUnavailable' };
      expect(await resize(1, 1_024)).toMatchObject({ kind: 'resizeFailed', model: spec.id, error });
    });

    it('when who asked for a load goes away, then the load goes on to its end', async () => {
      await unload();
      const loaded = load();
      const id = start();
      send({ kind: 'stop', id });
      expect(await loaded).toMatchObject({ kind: 'loaded', model: spec.id });
      await ended(id);
    });

    it('when another model comes and goes, then a request that runs meanwhile is not touched', async () => {
      const alone = start({ limits: { maxTokens: 100, stop: [] } });
      await ended(alone);
      const id = start({ limits: { maxTokens: 100, stop: [] } });
      const { chatOnlySpec } = driver.subject;
      expect(await load(chatOnlySpec)).toMatchObject({ kind: 'loaded', model: chatOnlySpec.id });
      expect(await answered({ kind: 'unload', model: chatOnlySpec.id })).toMatchObject({ model: chatOnlySpec.id });
      await ended(id);
      expect(recorder.text(id)).toBe(recorder.text(alone));
    });
  });
}

const answers: ReadonlySet<EngineEvent['kind']> = new Set([
  'loaded',
  'loadFailed',
  'unloaded',
  'resized',
  'resizeFailed',
]);
