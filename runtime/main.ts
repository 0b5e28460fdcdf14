/**
 * The composition root of the runtime: reads argv and the environment, builds everything (in main/, each side in a file), starts the
 * server, and ends in order. With {@link loop.ts} the only place that knows all the others.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WebSocket } from 'ws';
import { weightsOf } from './core/residency/options.ts';
import type { DeviceTeller } from './engine/engine.ts';
import { Contexts } from './features/completion/context/index.ts';
import { SyntaxReader } from './features/completion/context/reader.ts';
import { AnswerEnds } from './features/completion/extent.ts';
import { totalOf } from './features/completion/feedback.ts';
import { Reading } from './features/completion/filters/reading.ts';
import { CompletionFeature } from './features/completion/index.ts';
import { Restraint } from './features/completion/restraint.ts';
import { GenerateFeature } from './features/generate.ts';
import { isTaskError } from './features/tasks.ts';
import { SummarizeFeature, type TextKit, TranslateFeature } from './features/text.ts';
import { type Machine, openMachine } from './host/machine.ts';
import { powerPlaces } from './host/power.ts';
import type { ResidencyFile } from './host/residency-file.ts';
import { ordinaryMs } from './loop/speeds.ts';
import type { Loop } from './loop.ts';
import { type Arguments, readArguments } from './main/arguments.ts';
import { automaticTargets, diagnosisOf } from './main/diagnosis.ts';
import { EngineSide } from './main/engine-side.ts';
import { type Kept, openKept } from './main/kept.ts';
import { type EngineView, ModelsSide } from './main/models-side.ts';
import { cpuMs, keepLog, log, logOf, now, surviveFullLog, timer } from './main/process.ts';
import { textsSide } from './main/texts-side.ts';
import { gpuProblems } from './models/machine.ts';
import { News } from './models/news.ts';
import { minutesOfOthers, wishProblems } from './models/wishes.ts';
import {
  type ClientSettings,
  type MachineSettings,
  protocolVersion,
  type Rendezvous,
  type StatusSaid as Status,
} from './protocol.ts';
import type { Residence } from './residence.ts';
import { Clients } from './server/clients.ts';
import type { FeedbackFile } from './server/feedback-file.ts';
import { Lifetime } from './server/lifetime.ts';
import type { Services } from './server/lsp.ts';
import { MachineWide } from './server/machine-wide.ts';
import type { ModelDesk } from './server/models.ts';
import { publish, withdraw } from './server/rendezvous.ts';
import { Door } from './server/socket.ts';
import { toStatus } from './server/status.ts';

/** Set by the build from package.json. */
declare const PUNCTUAL_VERSION: string;

const stopDelayMs = 20;

class Runtime {
  readonly #args: Arguments;
  readonly #token = randomBytes(32).toString('base64url');
  readonly #machineWide: MachineWide;
  readonly #models: ModelsSide;
  readonly #engineSide: EngineSide;
  readonly #engine: DeviceTeller;
  readonly #residence: Residence;
  readonly #loop: Loop;
  readonly #lifetime: Lifetime;
  readonly #clients: Clients;
  readonly #door: Door;
  readonly #news: News;
  readonly #completion: CompletionFeature;
  readonly #texts: TextKit;
  readonly #machine: Machine;
  readonly #feedback: FeedbackFile;
  readonly #restraint: Restraint;
  readonly #lessons: ResidencyFile;
  /** What the rendezvous file says once this process is the user's one runtime. */
  #published: Rendezvous | undefined;
  #ending: Promise<void> | undefined;
  #wishProblems: readonly string[] = [];

  constructor(args: Arguments, machine: Machine, { feedback, lessons, settings: { said, problems } }: Kept) {
    this.#args = args;
    this.#lessons = lessons;
    const { env } = process;
    const targets = automaticTargets({ registry: () => this.#models.registry, loop: () => this.#loop });
    this.#machineWide = new MachineWide(
      () => this.#settingsChanged(),
      (each) => targets.over(each),
    );
    const settings = (): MachineSettings => this.#machineWide.standing;
    this.#models = new ModelsSide({ args, env, engine: this.#engineView(), settings, timer, log: logOf('models') });
    const { library, memory, registry } = this.#models;
    this.#machine = machine;
    this.#feedback = feedback;
    const reading = new Reading();
    this.#restraint = new Restraint({ now, timer, book: feedback.book, reading });
    const parts = { args, env, version: PUNCTUAL_VERSION, registry, memory, machine };
    this.#engineSide = new EngineSide({ ...parts, now, timer, logOf });
    const { engine, residence, loop } = this.#engineSide;
    this.#engine = engine;
    this.#residence = residence;
    this.#loop = loop;
    lessons.keep({ knowledge: loop.residency, recall: (learned) => loop.tell({ kind: 'recalled', learned }), now });
    engine.onEvent((event) => this.#news.heard(event));
    this.#lifetime = new Lifetime(args.idleMs, timer, () => void this.end('nobody has needed it for a while'));
    const texts = textsSide({ args, loop, registry, holdings: residence, now });
    this.#texts = texts;
    const { workflows, syntax } = texts;
    const waits = { timer, restraint: this.#restraint, ends: new AnswerEnds(syntax, now), reading };
    const completion = new CompletionFeature(loop, registry, [path.join(args.media, 'sample')], waits);
    this.#completion = completion;
    workflows.onChange(() => this.#clients.statusChanged());
    const status = (clients: number): Status =>
      toStatus({
        loop: () => loop.status(),
        describe: (id) => registry.describe(id),
        clients: () => clients,
        version: PUNCTUAL_VERSION,
        pid: process.pid,
        uptimeMs: now,
        outcomes: () => totalOf(feedback.book.statistics),
        ahead: () => ({ loads: loop.residency.ahead, reads: machine.readAheads }),
        suggestions: () => completion.suggestions,
        workflows: () => ({ views: workflows.views, nowMs: now() }),
        automatic: (name) => targets.latest(name),
        problems: [
          ...problems,
          ...this.#engineSide.problems,
          ...gpuProblems(env['PUNCTUAL_GPU']),
          ...wishProblems(registry.wishes),
        ],
      });
    const desk = this.#models.desk(() => status(0).models);
    this.#clients = new Clients({
      services: this.#services(desk, () => status(1)),
      status,
      lifetime: this.#lifetime,
      timer,
    });
    loop.onChange(() => this.#clients.statusChanged());
    this.#news = new News({ library, memory, registry, timer });
    this.#machineWide.says(said);
    this.#settingsChanged();
    library.onChange(() => {
      residence.filesChanged(loop.status().models.map(({ id }) => id));
      this.#tellWishes();
      // A model whose file is gone leaves at once.
      loop.tell({ kind: 'wake' });
    });
    const who = { pid: process.pid, version: PUNCTUAL_VERSION, protocol: protocolVersion };
    const identity = { name: 'punctual', ...who } as const;
    const onClient = (socket: WebSocket): void => this.#clients.welcome(socket);
    this.#door = new Door({ token: this.#token, identity, onClient, log: logOf('server', 'warn') });
  }

  /** False when another runtime is up: then this one is not needed. @throws when the port is taken. */
  async start(): Promise<boolean> {
    void this.#machine.start();
    const port = await this.#door.listen(this.#args.port);
    const own = { pid: process.pid, port, token: this.#token, version: PUNCTUAL_VERSION, protocol: protocolVersion };
    await this.#args.home.prepare();
    if (!(await publish(this.#args.home, own))) return false;
    this.#published = own;
    log(`runtime ${PUNCTUAL_VERSION} listens on 127.0.0.1:${port}`);
    for (const problem of gpuProblems(process.env['PUNCTUAL_GPU'])) log(String(problem), 'warn');
    return true;
  }

  /** Refuses new clients, settles what the others asked for, and ends the process. */
  end(reason: string): Promise<void> {
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  async #end(reason: string): Promise<void> {
    log(`ends: ${reason}`);
    this.#door.shut();
    this.#lifetime.dispose();
    this.#clients.dispose();
    this.#news.dispose();
    if (this.#published) await withdraw(this.#args.home, this.#published);
    // Downloads end first, so that what has come is kept.
    await this.#models.store.close();
    await Promise.all([this.#loop.close(), this.#machine.dispose(), this.#feedback.settled(), this.#lessons.settled()]);
    await this.#engineSide.telemetry.dispose();
    await this.#door.close();
    process.exit(0);
  }

  /** Of models that clients have chosen. */
  modelsOnDisk(): ReturnType<Residence['diskOf']>[] {
    return this.#loop.status().models.map(({ id }) => this.#residence.diskOf(id));
  }

  reservedBytes(): number {
    return this.#residence.reservedBytes;
  }

  #services(models: ModelDesk, status: () => Status): Services {
    const loop = this.#loop;
    const { registry, memory } = this.#models;
    const parts = { registry, memory, loop, residence: this.#residence, machine: this.#machine, desk: models, status };
    const reader = new SyntaxReader(this.#texts.syntax);
    return {
      tasks: loop,
      completion: this.#completion,
      summarize: new SummarizeFeature(this.#texts),
      translate: new TranslateFeature(this.#texts),
      generate: new GenerateFeature(this.#texts),
      models,
      contexts: (documents) => new Contexts(reader, documents),
      feedback: { restraint: this.#restraint, store: this.#feedback },
      turns: this.#engineSide.recorder,
      diagnosis: diagnosisOf({ ...parts, programs: path.dirname(this.#args.engineProgram) }),
      watch: this.#engineSide.watch,
      version: PUNCTUAL_VERSION,
      machineWide: this.#machineWide,
      know: (settings) => this.#news.know(settings),
      onSignal: (signal) => loop.tell({ kind: 'signal', signal }),
      prepare: (settings) => void this.#news.know(settings).then(() => this.#prepare(settings)),
      // The answer to the request that asks for it goes out first.
      stop: (reason) => void timer(stopDelayMs, () => void this.end(reason)),
      timer,
      log: logOf('server'),
    };
  }

  #settingsChanged(): void {
    const { residency, telemetry } = this.#machineWide.standing;
    const { unloadAfterMinutes, weights } = residency;
    void this.#engineSide.telemetry.configure(telemetry).then(() => this.#clients.statusChanged());
    this.#residence.settings({ unloadAfterMinutes: minutesOfOthers(unloadAfterMinutes), weights: weightsOf(weights) });
    this.#tellWishes();
    // Models may have less memory than before.
    this.#loop.tell({ kind: 'wake' });
  }

  /** What cannot be done of what the user wishes, in the log, each once as long as it stands. */
  #tellWishes(): void {
    const problems = wishProblems(this.#models.registry.wishes);
    for (const problem of problems.map(String)) if (!this.#wishProblems.includes(problem)) log(problem, 'warn');
    this.#wishProblems = problems.map(String);
    this.#clients.statusChanged();
  }

  #engineView(): EngineView {
    return {
      loaded: () => this.#loop.status().models.flatMap(({ id, state }) => (state === 'ready' ? [id] : [])),
      isMoving: () => this.#engineSide.isMoving,
      devices: () => this.#engine.devices(),
      runs: () => this.#loop.status().enginePid !== undefined,
      ordinaryMs: (id, role) => ordinaryMs(this.#loop.learned.costModel(id), role),
    };
  }

  #prepare(settings: ClientSettings): void {
    const model = this.#models.registry.choose('completion', settings);
    if (!isTaskError(model)) this.#loop.prepare(model.id);
  }
}

async function run(args: Arguments): Promise<void> {
  keepLog(args.home.logsFolder);
  const machine = await openMachine({
    places: powerPlaces(process.platform, process.env['SystemRoot']),
    loadTimesFile: path.join(args.home.folder, 'load-times.json'),
    models: () => runtime?.modelsOnDisk() ?? [],
    reservedBytes: () => runtime?.reservedBytes() ?? 0,
    ...{ now, timer, cpuMs, log: logOf('machine', 'warn') },
  });
  const kept = await openKept(args.home.folder, { epochMs: () => Date.now(), timer, log: logOf('state', 'warn') });
  const runtime: Runtime = new Runtime(args, machine, kept);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void runtime.end(signal));
  // Only one that is served in the foreground has a channel.
  process.once('disconnect', () => void runtime.end('the command that serves it is gone'));
  if (await runtime.start()) return;
  log('another runtime is up: this one ends');
  process.exit(0);
}

surviveFullLog();
process.on('uncaughtException', (error) => {
  log(`a mistake of ours ends the runtime: ${error.stack ?? error.message}`, 'error');
  process.exit(1);
});

try {
  await run(readArguments(process.argv.slice(2), path.dirname(fileURLToPath(import.meta.url))));
} catch (error) {
  process.stderr.write(`punctual runtime: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
