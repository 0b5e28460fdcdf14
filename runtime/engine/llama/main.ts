/**
 * The engine process: commands come in from the runtime over the IPC channel, events go out. It drives the step loop and lives only
 * as long as its parent's channel. A crash here costs the runtime a reload, not its queue.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CostModel } from '../../core/estimate.ts';
import { policyNamed } from '../../core/policies/index.ts';
import type { Policy } from '../../core/policy.ts';
import type { ModelId } from '../../core/task.ts';
import { type EngineCommand, type EngineEvent, type EngineRequest, type ModelSpec, sameSpec } from '../engine.ts';
import { type Pass, reportOf } from '../pass.ts';
import { StepMachine } from '../step-machine.ts';
import { Calibration } from './calibration.ts';
import { Device, type Gpu } from './device.ts';
import { removeStaleKvFolders } from './kv-folder.ts';
import { commandSchema, malformedSchema } from './messages.ts';

/** At most this many progress messages a second; the library reports some hundred in one load. */
const progressIntervalMs = 100;

class EngineProcess {
  readonly #machine: StepMachine;
  readonly #device: Device;
  readonly #send: (events: EngineEvent[]) => void;
  /** Loads and unloads happen one after the other, beside the passes of the models that are there. */
  #modelWork: Promise<void> = Promise.resolve();
  /** Measurements that are not complete. */
  readonly #calibrations = new Map<ModelId, Calibration>();
  #driving = false;

  constructor(device: Device, policy: Policy, send: (events: EngineEvent[]) => void) {
    this.#machine = new StepMachine(policy.planStep, policy.speculates);
    this.#device = device;
    this.#send = send;
  }

  handle(command: EngineCommand): void {
    switch (command.kind) {
      case 'load':
        this.#queueModelWork(() => this.#load(command.spec));
        break;
      case 'unload':
        this.#queueModelWork(() => this.#unload(command.model));
        break;
      case 'costs':
        this.#know(command.model, command.costs);
        break;
      case 'start':
        this.#start(command.request);
        break;
      case 'relegate':
        this.#machine.relegate(command.id);
        break;
      case 'stop':
        this.#emit(this.#machine.stop(command.id, command.keep));
        break;
      default:
        command satisfies never;
    }
  }

  #queueModelWork(work: () => Promise<void>): void {
    this.#modelWork = this.#modelWork.then(work);
  }

  async #load(spec: ModelSpec): Promise<void> {
    const loaded = this.#device.model(spec.id);
    if (loaded !== undefined && sameSpec(loaded.spec, spec)) {
      this.#emit([{ kind: 'loaded', model: spec.id, info: loaded.info }]);
      return;
    }
    if (loaded !== undefined) await this.#remove(spec.id);
    this.#emit([{ kind: 'loading', model: spec.id, fraction: 0 }]);
    const outcome = await this.#device.load(spec, this.#progress(spec.id));
    if (outcome.kind === 'failed') {
      this.#emit([{ kind: 'loadFailed', model: spec.id, error: outcome.error }]);
      return;
    }
    this.#machine.addModel(outcome.loaded.machineModel);
    this.#emit([{ kind: 'loaded', model: spec.id, info: outcome.info }]);
  }

  #progress(model: ModelId): (fraction: number) => void {
    let lastMs = performance.now();
    return (fraction) => {
      const now = performance.now();
      if (now - lastMs < progressIntervalMs) return;
      lastMs = now;
      this.#emit([{ kind: 'loading', model, fraction }]);
    };
  }

  async #unload(model: ModelId): Promise<void> {
    await this.#remove(model);
    this.#emit([{ kind: 'unloaded', model }]);
  }

  /** What was not measured before is measured when there is nothing else to do. */
  #know(id: ModelId, costs: CostModel | undefined): void {
    const model = this.#device.model(id);
    if (model === undefined) return;
    if (costs !== undefined) {
      this.#calibrations.delete(id);
      model.know(costs);
      return;
    }
    this.#calibrations.set(id, new Calibration(model.machineModel));
    this.#drive();
  }

  async #remove(model: ModelId): Promise<void> {
    this.#calibrations.delete(model);
    this.#emit(this.#machine.removeModel(model));
    await this.#device.unload(model);
  }

  #start(request: EngineRequest): void {
    const { id } = request;
    if (this.#machine.has(id)) {
      log(`A second start of the running request ${id} is ignored.`);
      return;
    }
    const model = this.#device.model(request.model);
    const prompt = model?.prompts.tokenize(request.prompt, request.limits.maxTokens);
    if (prompt?.kind === 'refused') {
      this.#emit([{ kind: 'ended', id, outcome: { kind: 'failed', error: prompt.error } }]);
      return;
    }
    if (model?.knows(request.generated) === false) {
      const message = 'The tokens to resume from are not of this model.';
      this.#emit([{ kind: 'ended', id, outcome: { kind: 'failed', error: { code: 'engineFailed', message } } }]);
      return;
    }
    this.#emit(this.#machine.start(request, prompt?.tokens ?? [], performance.now()));
    this.#drive();
  }

  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    void this.#loop();
  }

  /**
   * The step loop: one forward pass after the other, and between two of them the commands that have come in meanwhile. Between its
   * last look for something to do and its end there is no turn in which a command could come in unseen.
   */
  async #loop(): Promise<void> {
    for (;;) {
      const pass = this.#machine.next(performance.now());
      const idlePass = pass === undefined ? this.#idlePass() : undefined;
      if (pass !== undefined) this.#report(this.#machine.complete(pass, await this.#device.run(pass)));
      else if (idlePass !== undefined) await this.#calibrate(idlePass);
      else break;
      await nextTurn();
    }
    this.#driving = false;
  }

  #idlePass(): Pass | undefined {
    for (const [id, calibration] of this.#calibrations) {
      const pass = calibration.next(this.#machine.kvTokens(id));
      if (pass !== undefined) return pass;
    }
    return undefined;
  }

  async #calibrate(pass: Pass): Promise<void> {
    const report = reportOf(pass, await this.#device.run(pass));
    if (report !== undefined) {
      const { id: _, ...measured } = report;
      this.#report([{ kind: 'pass', pass: measured }]);
    }
    if (this.#calibrations.get(pass.model)?.isOver !== true) return;
    this.#calibrations.delete(pass.model);
    this.#emit([{ kind: 'calibrated', model: pass.model }]);
  }

  /** What a pass taught is known before the next one is planned. */
  #report(events: EngineEvent[]): void {
    for (const event of events) {
      if (event.kind === 'pass') this.#device.model(event.pass.model)?.learn(event.pass);
    }
    this.#emit(events);
  }

  #emit(events: EngineEvent[]): void {
    if (events.length > 0) this.#send(events);
  }
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Where nothing is said, Metal is used on Apple's processors, as every Mac that has one has it, and the CPU elsewhere. */
function gpuOf(value: string | undefined): Gpu {
  switch (value) {
    case undefined:
      return process.platform === 'darwin' && process.arch === 'arm64' ? 'auto' : 'off';
    case 'auto':
    case 'vulkan':
    case 'metal':
    case 'cuda':
      return value;
    default:
      return 'off';
  }
}

/** A message that is no command is a bug of the other side; who waits for an answer gets one all the same. */
function receive(message: unknown, engine: EngineProcess, send: (events: EngineEvent[]) => void): void {
  const command = commandSchema.safeParse(message);
  if (command.success) {
    engine.handle(command.data);
    return;
  }
  log(`A malformed command is refused: ${command.error.message}`);
  const malformed = malformedSchema.safeParse(message);
  if (!malformed.success) return;
  const [where] = command.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const error = { code: 'engineFailed', message: `The engine does not understand this command (${where}).` } as const;
  if (malformed.data.kind === 'load') send([{ kind: 'loadFailed', model: malformed.data.spec.id, error }]);
  else send([{ kind: 'ended', id: malformed.data.request.id, outcome: { kind: 'failed', error } }]);
}

/** The end is abrupt on purpose: an orderly disposal of the library may hang after aborted loads. */
function exit(code: number): void {
  process.exit(code);
}

function main(): void {
  if (process.send === undefined) {
    log('The engine process is started by the Punctual runtime; it has nothing to do by itself.');
    exit(2);
    return;
  }
  const send = (events: EngineEvent[]): void => {
    if (process.connected) process.send?.(events);
  };
  const [name = 'punctual'] = process.argv.slice(2);
  const policy = policyNamed(name);
  if (policy === undefined) {
    log(`There is no policy '${name}'.`);
    exit(2);
    return;
  }
  void removeStaleKvFolders();
  const engine = new EngineProcess(new Device(gpuOf(process.env['PUNCTUAL_GPU']), log), policy, send);
  process.on('message', (message: unknown) => receive(message, engine, send));
  process.on('disconnect', () => exit(0));
  // A rejection that nobody handles ends the process by Node's own rule; the runtime reads the reason from stderr.
}

main();
