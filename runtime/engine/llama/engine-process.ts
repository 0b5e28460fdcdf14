/** What the engine process does with commands: a step machine, a device, and the loop that drives one with the other. */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CostModel } from '../../core/estimate.ts';
import type { Policy } from '../../core/policy.ts';
import type { ModelId } from '../../core/task.ts';
import type { EngineCommand, EngineEvent, EngineRequest } from '../engine.ts';
import { type Pass, reportOf } from '../pass.ts';
import { StepMachine } from '../step-machine.ts';
import { Calibration } from './calibration.ts';
import type { Device } from './device.ts';
import { ModelWork } from './model-work.ts';

export class EngineProcess {
  readonly #machine: StepMachine;
  readonly #device: Device;
  readonly #send: (events: EngineEvent[]) => void;
  readonly #modelWork: ModelWork;
  /** Measurements that are not complete. */
  readonly #calibrations = new Map<ModelId, Calibration>();
  /** Models whose measurement was given up when their context was to change. */
  readonly #interrupted = new Set<ModelId>();
  /** What is computed just now. */
  #pass: { readonly model: ModelId; readonly over: Promise<void> } | undefined;
  #driving = false;

  readonly #log: (line: string) => void;

  /** @param log takes one line about something that should not have happened. */
  constructor(device: Device, policy: Policy, send: (events: EngineEvent[]) => void, log: (line: string) => void) {
    this.#log = log;
    this.#machine = new StepMachine(policy.planStep, policy.speculates);
    this.#device = device;
    this.#send = send;
    this.#modelWork = new ModelWork({
      machine: this.#machine,
      device,
      emit: (events) => this.#emit(events),
      quiet: (model) => this.#quiet(model),
      resumed: (model) => this.#resumed(model),
    });
  }

  handle(command: EngineCommand): void {
    switch (command.kind) {
      case 'load':
      case 'unload':
      case 'resize':
        this.#modelWork.handle(command);
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

  /** What was not measured before is measured when there is nothing else to do. */
  #know(id: ModelId, costs: CostModel | undefined): void {
    const model = this.#device.model(id);
    if (model === undefined) return;
    this.#interrupted.delete(id);
    if (costs !== undefined) {
      this.#calibrations.delete(id);
      model.know(costs);
      return;
    }
    if (this.#machine.isSuspended(id)) {
      this.#interrupted.add(id);
      return;
    }
    this.#calibrations.set(id, new Calibration(model.machineModel));
    this.#drive();
  }

  /** No pass of the model begins from now on; one that runs is complete when this resolves. */
  async #quiet(model: ModelId): Promise<void> {
    this.#machine.suspendModel(model);
    // Idle passes are not in the machine's books.
    if (this.#calibrations.delete(model)) this.#interrupted.add(model);
    if (this.#pass?.model === model) await this.#pass.over;
  }

  /** A measurement that was not complete begins again, as the sizes may be others. */
  #resumed(model: ModelId): void {
    const loaded = this.#device.model(model);
    if (this.#interrupted.delete(model) && loaded !== undefined) {
      this.#calibrations.set(model, new Calibration(loaded.machineModel));
    }
    this.#drive();
  }

  #start(request: EngineRequest): void {
    const { id } = request;
    if (this.#machine.has(id)) {
      this.#log(`A second start of the running request ${id} is ignored.`);
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
    this.#emit(this.#machine.start(request, prompt?.tokens ?? [], performance.now(), prompt?.cut));
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
      const next = pass ?? idlePass;
      if (next === undefined) break;
      const over = pass === undefined ? this.#calibrate(next) : this.#compute(next);
      this.#pass = { model: next.model, over };
      await over;
      this.#pass = undefined;
      await nextTurn();
    }
    this.#driving = false;
  }

  async #compute(pass: Pass): Promise<void> {
    const result = await this.#device.run(pass);
    this.#report(this.#machine.complete(pass, result));
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
