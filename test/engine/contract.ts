/** One suite that every engine passes: what runtime/engine/engine.ts promises, seen from outside. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineCommand, EngineEvent, EngineRequest, ModelSpec } from '../../runtime/engine/engine.ts';
import { ContractDriver, longPrompt, type Subject } from './contract-driver.ts';
import type { EventOf, Recorder } from './recorder.ts';

export function engineContract(name: string, create: () => Promise<Subject>): void {
  describe(`the engine contract: ${name}`, () => {
    let driver: ContractDriver;
    let recorder: Recorder;

    const send = (command: EngineCommand): void => driver.subject.engine.send(command);
    const until = (condition: () => boolean): Promise<void> => driver.until(condition);
    const ended = (...ids: string[]): Promise<void> => until(() => ids.every((id) => recorder.hasEnded(id)));
    const start = (overrides?: Partial<EngineRequest>): string => driver.start(overrides);
    const stop = (id: string): void => send({ kind: 'stop', id });
    const load = (spec: ModelSpec): Promise<void> => driver.load(spec);
    const long = (overrides?: Partial<EngineRequest>): string => {
      return start({
        class: 'translate',
        sla: { kind: 'e2e', targetMs: 60_000 },
        limits: { maxTokens: 1_000, stop: [] },
        ...overrides,
      });
    };

    beforeAll(async () => {
      driver = new ContractDriver(await create());
      recorder = driver.recorder;
      await load(driver.subject.spec);
    });

    afterEach(() => driver.checkOrder());

    afterAll(() => driver.subject.engine.close());

    it('when a model is loaded, then what it can do and holds is said', () => {
      const { info } = recorder.of('loaded')[0] ?? { info: undefined };
      expect(info).toMatchObject({
        sequences: driver.subject.spec.sequences,
        contextTokens: driver.subject.spec.contextTokens,
      });
      expect(info).toMatchObject({ infill: true, chat: true });
      expect(info?.memoryBytes).toBeGreaterThan(1_000_000);
    });

    it('when a request runs, then accepted, tokens and one end come in this order, and no event from within send', async () => {
      const before = recorder.events.length;
      const id = start();
      expect(recorder.events).toHaveLength(before);
      await ended(id);
      const kinds = recorder.about(id).map((event) => event.kind);
      expect(kinds).toEqual(['accepted', ...Array.from({ length: 8 }, () => 'tokens'), 'ended']);
      expect(recorder.outcome(id)).toEqual({ kind: 'finished', reason: 'length' });
      expect(recorder.tokens(id)).toHaveLength(8);
    });

    it('when the same prompt comes again, then all but one token is reused and the answer is the same', async () => {
      const first = start();
      await ended(first);
      const second = start();
      await ended(second);
      const promptTokens = recorder.accepted(first)?.promptTokens ?? 0;
      expect(promptTokens).toBeGreaterThan(1);
      expect(recorder.accepted(second)).toMatchObject({ promptTokens, reusedTokens: promptTokens - 1 });
      expect(recorder.text(second)).toBe(recorder.text(first));
    });

    it('when a completion is asked for, then each token says how probable it was; of other answers none does', async () => {
      const completion = start();
      const summary = start({ class: 'summarize' });
      await ended(completion, summary);
      const told = (id: string): EventOf<'tokens'>[] => recorder.of('tokens').filter((event) => event.id === id);
      for (const { tokens, logProbabilities = [] } of told(completion)) {
        expect(logProbabilities).toHaveLength(tokens.length);
        for (const logarithm of logProbabilities) expect(logarithm).toBeLessThanOrEqual(0);
        for (const logarithm of logProbabilities) expect(logarithm).toBeGreaterThan(-5);
      }
      expect(told(summary).map(({ logProbabilities }) => logProbabilities)).toEqual(told(summary).map(() => undefined));
      // To be told changes nothing of what is chosen.
      expect(recorder.tokens(completion)).toEqual(recorder.tokens(summary));
    });

    it('when text is appended to a prompt, then only what is new is evaluated', async () => {
      const user = 'Explain the function that adds two numbers. '.repeat(6);
      const first = start({ class: 'summarize', prompt: { kind: 'chat', user } });
      await ended(first);
      const second = start({ class: 'summarize', prompt: { kind: 'chat', user: `${user} More.` } });
      await ended(second);
      const { promptTokens, reusedTokens } = recorder.accepted(second) ?? { promptTokens: 0, reusedTokens: 0 };
      expect(reusedTokens).toBeLessThan(promptTokens);
      expect(promptTokens - reusedTokens).toBeLessThan(promptTokens / 4);
    });

    it('when a request is resumed with its first tokens, then exactly the rest of its answer follows', async () => {
      const whole = start({ limits: { maxTokens: 24, stop: [] } });
      await ended(whole);
      const generated = recorder.tokens(whole).slice(0, 10);
      const rest = start({ limits: { maxTokens: 24, stop: [] }, generated });
      await ended(rest);
      expect(recorder.tokens(rest)).toEqual(recorder.tokens(whole).slice(10));
      expect(recorder.text(whole).endsWith(recorder.text(rest))).toBe(true);
      expect(recorder.text(rest)).not.toBe('');
    });

    it('when a stop text of several characters comes, then the answer ends before it and nothing of it is shown', async () => {
      const plain = start({ limits: { maxTokens: 24, stop: [] } });
      await ended(plain);
      const text = recorder.text(plain);
      const stopText = text.slice(9, 14);
      const cut = start({ limits: { maxTokens: 24, stop: ['never written', stopText] } });
      await ended(cut);
      expect(recorder.text(cut)).toBe(text.slice(0, text.indexOf(stopText)));
      expect(recorder.outcome(cut)).toEqual({ kind: 'finished', reason: 'stop' });
    });

    it('when a decoding request is stopped, then it ends as cancelled and its slot serves the next one', async () => {
      const id = long();
      await until(() => recorder.tokens(id).length >= 3);
      stop(id);
      await ended(id);
      expect(recorder.outcome(id)).toEqual({ kind: 'cancelled', by: 'client' });
      const next = start();
      await ended(next);
      expect(recorder.outcome(next)).toMatchObject({ kind: 'finished' });
    });

    it('when a request is stopped right after its start, then it ends as cancelled', async () => {
      const id = long();
      stop(id);
      await ended(id);
      expect(recorder.outcome(id)).toEqual({ kind: 'cancelled', by: 'client' });
    });

    it('when a request is stopped in a long prefill, then most of the prompt is never evaluated', async () => {
      const passesBefore = recorder.of('pass').length;
      const user = Array.from({ length: 400 }, (_, index) => `item ${index}`).join(' ');
      const id = long({ prompt: { kind: 'chat', user }, limits: { maxTokens: 8, stop: [] } });
      stop(id);
      await ended(id);
      const evaluated = recorder
        .of('pass')
        .slice(passesBefore)
        .reduce((sum, { pass }) => sum + pass.tokens, 0);
      expect(recorder.accepted(id)?.promptTokens).toBeGreaterThan(700);
      expect(evaluated).toBeLessThan((recorder.accepted(id)?.promptTokens ?? 0) / 2);
    });

    it('when a waiting request is stopped, then it ends at once without having been accepted, and the others go on', async () => {
      const running = [long(), long()];
      await until(() => running.every((id) => recorder.accepted(id) !== undefined));
      const waiting = start({ sla: { kind: 'e2e', targetMs: 90_000 } });
      stop(waiting);
      await ended(waiting);
      expect(recorder.about(waiting).map((event) => event.kind)).toEqual(['ended']);
      expect(running.some((id) => recorder.hasEnded(id))).toBe(false);
      running.forEach(stop);
      await ended(...running);
    });

    it('when a stop names an unknown or an ended request, then nothing happens', async () => {
      const id = start();
      await ended(id);
      stop(id);
      stop('never started');
      const next = start();
      await ended(next);
      expect(recorder.about('never started')).toEqual([]);
      expect(recorder.about(id).filter((event) => event.kind === 'ended')).toHaveLength(1);
    });

    it('when more requests come than there are slots, then all of them finish', async () => {
      const ids = Array.from({ length: 7 }, (_, index) => start({ sla: { kind: 'e2e', targetMs: 1_000 - index } }));
      await ended(...ids);
      expect(ids.map((id) => recorder.outcome(id)?.kind)).toEqual(ids.map(() => 'finished'));
      expect(new Set(ids.map((id) => recorder.text(id))).size).toBe(1);
    });

    it('when prompt and answer exceed the context, then the request is refused with the numbers', async () => {
      const user = 'word '.repeat(3_000);
      const id = start({ prompt: { kind: 'chat', user }, limits: { maxTokens: 100, stop: [] } });
      const hopeless = start({ prompt: { kind: 'chat', user: user.repeat(50) }, limits: { maxTokens: 100, stop: [] } });
      await ended(id, hopeless);
      const promptTokensMax = driver.subject.spec.contextTokens - 100;
      for (const refused of [id, hopeless]) {
        const outcome = recorder.outcome(refused);
        expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'promptTooLong', promptTokensMax } });
        if (outcome?.kind === 'failed') expect(outcome.error.promptTokens).toBeGreaterThan(promptTokensMax);
        expect(recorder.accepted(refused)).toBeUndefined();
      }
    });

    it('when requests of several kinds fail, then one that runs meanwhile is not touched', async () => {
      await load(driver.subject.chatOnlySpec);
      const running = start({ limits: { maxTokens: 40, stop: [] } });
      const infill = start({ model: driver.subject.chatOnlySpec.id });
      const unknown = start({ model: 'no such model' });
      const tooLong = start({ limits: { maxTokens: driver.subject.spec.contextTokens, stop: [] } });
      await ended(running, infill, unknown, tooLong);
      expect(recorder.outcome(infill)).toMatchObject({ kind: 'failed', error: { code: 'infillUnsupported' } });
      expect(recorder.outcome(unknown)).toMatchObject({ kind: 'failed', error: { code: 'modelUnavailable' } });
      expect(recorder.outcome(tooLong)).toMatchObject({ kind: 'failed', error: { code: 'promptTooLong' } });
      expect(recorder.outcome(running)).toEqual({ kind: 'finished', reason: 'length' });
    });

    it('when two models have work, then both of them finish', async () => {
      await load(driver.subject.chatOnlySpec);
      const prompt = { kind: 'chat', user: 'Write a function.' } as const;
      const ids = [start(), start({ model: driver.subject.chatOnlySpec.id, prompt, class: 'summarize' }), start()];
      await ended(...ids);
      expect(ids.map((id) => recorder.outcome(id)?.kind)).toEqual(['finished', 'finished', 'finished']);
    });

    it('when requests ran, then the pass reports account for every evaluated token', async () => {
      const passesBefore = recorder.of('pass').length;
      const ids = [start(), start({ prompt: { ...longPrompt, prefix: `// other\n${longPrompt.prefix}` } }), start()];
      await ended(...ids);
      const passes = recorder
        .of('pass')
        .slice(passesBefore)
        .map((event) => event.pass);
      const evaluated = ids.reduce((sum, id) => {
        const { promptTokens, reusedTokens } = recorder.accepted(id) ?? { promptTokens: 0, reusedTokens: 0 };
        // The last token of an answer is never evaluated.
        return sum + promptTokens - reusedTokens + recorder.tokens(id).length - 1;
      }, 0);
      expect(passes.reduce((sum, pass) => sum + pass.tokens, 0)).toBe(evaluated);
      for (const pass of passes) {
        expect(pass.sequences).toBe(pass.kind === 'prefill' ? 1 : pass.tokens);
        expect(pass.sequences).toBeLessThanOrEqual(driver.subject.spec.sequences);
        expect(pass.wallMs).toBeGreaterThan(0);
      }
    });

    it('when a model is unloaded, then its requests fail, later ones too, and it can be loaded again', async () => {
      const id = long();
      await until(() => recorder.tokens(id).length > 0);
      send({ kind: 'unload', model: driver.subject.spec.id });
      await until(() => recorder.of('unloaded').some((event) => event.model === driver.subject.spec.id));
      expect(recorder.outcome(id)).toMatchObject({ kind: 'failed', error: { code: 'modelUnavailable' } });
      const late = start();
      await ended(late);
      expect(recorder.outcome(late)).toMatchObject({ kind: 'failed', error: { code: 'modelUnavailable' } });
      await load(driver.subject.spec);
      const again = start();
      await ended(again);
      expect(recorder.outcome(again)).toMatchObject({ kind: 'finished' });
    });

    it('when a model that is loaded is asked for again, then it is said to be loaded and running requests go on', async () => {
      const id = start({ limits: { maxTokens: 60, stop: [] } });
      await load(driver.subject.spec);
      await ended(id);
      expect(recorder.outcome(id)).toEqual({ kind: 'finished', reason: 'length' });
    });

    it('when the engine dies, then lost is its last word, and after the next load it works again', async () => {
      const id = long();
      await until(() => recorder.tokens(id).length > 0);
      const partial = recorder.tokens(id);
      driver.subject.kill();
      await until(() => recorder.of('lost').length === 1);
      expect(recorder.of('lost')[0]?.reason).not.toBe('');
      expect(recorder.events.at(-1)?.kind).toBe('lost');
      const early = start();
      await ended(early);
      expect(recorder.outcome(early)).toMatchObject({ kind: 'failed', error: { code: 'modelUnavailable' } });
      await load(driver.subject.spec);
      const again = start({ generated: partial.slice(0, 5) });
      await ended(again);
      expect(recorder.outcome(again)).toEqual({ kind: 'finished', reason: 'length' });
      expect(recorder.of('lost')).toHaveLength(1);
    });

    it('when the engine dies while it loads, then lost is said once and no load ends', async () => {
      driver.subject.kill();
      await until(() => recorder.of('lost').length === 2);
      const loads = (): EngineEvent[] => [...recorder.of('loaded'), ...recorder.of('loadFailed')];
      const before = loads().length;
      send({ kind: 'load', spec: driver.subject.spec });
      driver.subject.kill();
      await until(() => recorder.of('lost').length === 3);
      expect(loads()).toHaveLength(before);
      await load(driver.subject.spec);
    });

    it('when the engine is closed, then nothing is said any more', async () => {
      const id = long();
      await until(() => recorder.tokens(id).length > 0);
      const before = recorder.events.length;
      await driver.subject.engine.close();
      driver.subject.engine.send({ kind: 'load', spec: driver.subject.spec });
      expect(recorder.events).toHaveLength(before);
      expect(driver.subject.engine.pid).toBeUndefined();
    });
  });
}
