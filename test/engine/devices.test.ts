/** What computes: as the library tells it, over the pipe from an engine process that a test has written, and from the real one. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../runtime/engine/clock.ts';
import type { DeviceReport } from '../../runtime/engine/engine.ts';
import { deviceName, reportOfDevices } from '../../runtime/engine/llama/devices.ts';
import { LlamaEngine } from '../../runtime/engine/llama/process.ts';
import { SimulatedEngine } from '../../runtime/engine/simulated.ts';
import { engineProgram, ModelFiles } from './models.ts';
import { Recorder } from './recorder.ts';

const report: DeviceReport = {
  backend: 'cuda',
  names: ['NVIDIA GeForce RTX 3060'],
  totalBytes: 12_622_168_064,
  usedBytes: 500_000_000,
  unifiedBytes: 0,
};
const processor: DeviceReport = { backend: 'cpu', names: [], totalBytes: 0, usedBytes: 0, unifiedBytes: 0 };

const files = new ModelFiles();
afterAll(() => files.dispose());

const engines: LlamaEngine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

function engineOf(program: string, env: NodeJS.ProcessEnv = process.env): LlamaEngine {
  const engine = new LlamaEngine({ program, env });
  engines.push(engine);
  return engine;
}

/** An engine process of which only what it does with a message is written. */
function scripted(name: string, onMessage: string): LlamaEngine {
  return engineOf(files.write(`${name}.mjs`, `process.on('message', (message) => { ${onMessage} });`));
}

describe('what the library tells', () => {
  it('when a graphics card computes, then its memory and its name are told', async () => {
    const llama = {
      gpu: 'cuda' as const,
      getGpuDeviceNames: async () => [...report.names],
      getVramState: async () => ({ total: 12_622_168_064, used: 500_000_000, free: 12_122_168_064, unifiedSize: 0 }),
    };
    expect(await reportOfDevices(llama)).toEqual(report);
    expect(await deviceName(llama)).toBe('NVIDIA GeForce RTX 3060 (cuda)');
  });
});

describe('an engine process that is asked what computes', () => {
  const answer = `process.send({ kind: message.kind, report: ${JSON.stringify(report)} })`;

  it('when nothing was loaded yet, then it is started for the question, and answers all who wait', async () => {
    const engine = scripted('answers', answer);
    expect(engine.pid).toBeUndefined();
    expect(await Promise.all([engine.devices(), engine.devices()])).toEqual([report, report]);
    expect(engine.pid).toBeGreaterThan(0);
    expect(await engine.devices()).toEqual(report);
  });

  it('when it cannot say, or ends before it has, then nobody waits for ever, and no question starts it again', async () => {
    expect(
      await scripted('shrugs', 'process.send({ kind: message.kind, report: undefined })').devices(),
    ).toBeUndefined();
    const engine = scripted('ends', 'process.exit(1)');
    const recorder = new Recorder(engine);
    expect(await engine.devices()).toBeUndefined();
    await recorder.until(() => recorder.of('lost').length > 0);
    expect(await engine.devices()).toBeUndefined();
    expect(engine.pid).toBeUndefined();
    expect(recorder.of('lost')).toHaveLength(1);
  });

  it('when its answer is none, then it is ended, as all that it says may be wrong', async () => {
    const wrong = { ...report, totalBytes: -1 };
    const engine = scripted('lies', `process.send({ kind: 'devices', report: ${JSON.stringify(wrong)} })`);
    const recorder = new Recorder(engine);
    expect(await engine.devices()).toBeUndefined();
    await recorder.until(() => recorder.of('lost').length > 0);
  });

  it('when the engine is closed, then it says nothing', async () => {
    const engine = scripted('closed', answer);
    await engine.close();
    expect(await engine.devices()).toBeUndefined();
    expect(engine.pid).toBeUndefined();
  });

  it('when the real one computes on the processor, also for want of a card, then it says so', async () => {
    const missingGpu = process.platform === 'darwin' ? 'cuda' : 'metal';
    expect(await engineOf(engineProgram, { ...process.env, PUNCTUAL_GPU: missingGpu }).devices()).toEqual(processor);
  });

  it('when the engine is simulated, then it says what it was told to, and a processor without that', async () => {
    const clock = new VirtualClock();
    expect(await new SimulatedEngine({ clock, seed: 1 }).devices()).toEqual(processor);
    expect(await new SimulatedEngine({ clock, seed: 1, devices: () => report }).devices()).toEqual(report);
  });
});
