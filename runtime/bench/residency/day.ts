/** A day at the editor as tasks and signals: a pure function of device, day and seed. What is drawn from what stands in `workloads.ts`. */
import type { EditorSignalKind } from '../../core/residency/types.ts';
import { exponential, lognormal, newRandom, poissonTimesMs, type Random } from '../random.ts';
import {
  type Day,
  type DayClass,
  type DayName,
  type DeviceName,
  dayMs,
  days,
  devices,
  episodes,
  type FleetModel,
  languages,
  promises,
  type Role,
  type Spread,
  signals,
  tokens,
} from './workloads.ts';

export interface BenchTask {
  /** Its place in the list of the day, which is ascending by arrival. */
  readonly id: number;
  /** The role whose model was chosen for it. */
  readonly role: Role;
  readonly class: DayClass;
  readonly arrivalMs: number;
  readonly promise: 'ttft' | 'e2e';
  readonly deadlineMs: number;
  /** Tasks of one document share its number. */
  readonly document: number;
  readonly promptTokens: number;
  /** Of the prompt, what the document's last task had as well. */
  readonly sharedTokens: number;
  readonly answerTokens: number;
}

export interface BenchSignal {
  readonly atMs: number;
  readonly kind: EditorSignalKind;
  readonly language: string;
}

export interface BenchDay {
  readonly fleet: readonly FleetModel[];
  readonly tasks: readonly BenchTask[];
  /** Ascending by time. */
  readonly signals: readonly BenchSignal[];
}

type OtherClass = Exclude<DayClass, 'completion'>;
type Language = (typeof languages)[number];

interface Topic {
  readonly class: OtherClass;
  readonly language: Language;
}

/** Context of a model, in tokens: what a chat forgets beyond. */
const contextTokens = 4_096;

export function dayOf(device: DeviceName, day: DayName, seed: number): BenchDay {
  const fleet = fleetOf(device, seed);
  const maker = new DayMaker(fleet, days[day], seed);
  return { fleet, ...maker.make() };
}

function fleetOf(device: DeviceName, seed: number): readonly FleetModel[] {
  const { fleets } = devices[device];
  const fleet = fleets[seed % fleets.length];
  if (fleet === undefined) throw new Error(`There is no fleet for ${device} and seed ${seed}.`);
  return fleet;
}

type Draft = Omit<BenchTask, 'id'>;

class DayMaker {
  readonly #roles: ReadonlySet<Role>;
  readonly #day: Day;
  readonly #seed: number;
  readonly #drafts: Draft[] = [];
  readonly #signals: BenchSignal[] = [];
  #documents = 0;

  constructor(fleet: readonly FleetModel[], day: Day, seed: number) {
    this.#roles = new Set(fleet.map(({ role }) => role));
    this.#day = day;
    this.#seed = seed;
  }

  make(): Omit<BenchDay, 'fleet'> {
    this.#type();
    this.#ask();
    this.#raiseFalseAlarms();
    const tasks = this.#drafts.sort((a, b) => a.arrivalMs - b.arrivalMs).map((draft, id) => ({ ...draft, id }));
    return { tasks, signals: this.#signals.sort((a, b) => a.atMs - b.atMs) };
  }

  /** Bursts of completions. */
  #type(): void {
    const random = newRandom(this.#seed, 'typing');
    const { typingMs, pauseMs, completionsPerMinute } = this.#day;
    for (let atMs = 0; atMs < dayMs; ) {
      const untilMs = Math.min(dayMs, atMs + draw(random, typingMs));
      const document = this.#newDocument();
      let previous = 0;
      for (;;) {
        atMs += exponential(random, 60_000 / completionsPerMinute);
        if (atMs >= untilMs) break;
        const fresh = Math.round(draw(random, tokens.completion.prompt));
        const promptTokens = Math.min(750, previous === 0 ? 600 + fresh : previous + Math.min(fresh, 20));
        this.#draft(
          'completion',
          'completion',
          atMs,
          document,
          promptTokens,
          previous === 0 ? 0 : promptTokens - fresh,
          random,
        );
        previous = promptTokens;
      }
      atMs = untilMs + draw(random, pauseMs);
    }
  }

  /** Episodes of everything else, with their signals. */
  #ask(): void {
    const random = newRandom(this.#seed, 'episodes');
    const alarms = newRandom(this.#seed, 'signals');
    let topic = this.#newTopic(random);
    for (let atMs = draw(random, this.#day.episodeGapMs); atMs < dayMs; atMs += draw(random, this.#day.episodeGapMs)) {
      if (random() >= episodes.sameTopicShare) topic = this.#newTopic(random);
      if (alarms() < signals.beforeShare) this.#signal(topic, alarms, (leadMs) => atMs - leadMs);
      this.#episode(topic, atMs, random);
    }
  }

  #raiseFalseAlarms(): void {
    const random = newRandom(this.#seed, 'false alarms');
    const perSecond = (1_000 * signals.falseAlarms * this.#signals.length) / dayMs;
    for (const atMs of poissonTimesMs(random, perSecond, dayMs))
      this.#signal(this.#newTopic(random), random, () => atMs);
  }

  #signal(topic: Topic, random: Random, at: (leadMs: number) => number): void {
    const kinds = Object.keys(signals.kinds) as EditorSignalKind[];
    const kind = weighted(random, kinds, (name) => signals.kinds[name][topic.class]);
    const atMs = at(draw(random, signals.kinds[kind].lead));
    if (atMs >= 0) this.#signals.push({ atMs, kind, language: topic.language.name });
  }

  #episode(topic: Topic, startMs: number, random: Random): void {
    const continueShare = 1 - 1 / this.#day.episodeTasks;
    const chats = new Map<Role, { document: number; length: number }>();
    let atMs = startMs;
    for (let place = 0; atMs < dayMs && (place === 0 || random() < continueShare); place += 1) {
      const isOther = place > 0 && random() < episodes.otherClassShare;
      const taskClass = isOther ? otherClass(random, topic.class) : topic.class;
      const role = this.#roleOf(taskClass, topic.language, random);
      const known = chats.get(role);
      const goesOn = known !== undefined && random() < episodes.sameDocumentShare[taskClass];
      const document = goesOn ? known.document : this.#newDocument();
      const fresh = Math.round(draw(random, tokens[taskClass].prompt));
      // A turn of a chat brings less than its first one, which holds the code.
      const added = goesOn && taskClass === 'chat' ? Math.round(fresh / 4) : fresh;
      const shared = goesOn ? Math.min(known.length, contextTokens / 2) : 0;
      const task = this.#draft(role, taskClass, atMs, document, shared + added, shared, random);
      chats.set(role, { document, length: task.promptTokens + task.answerTokens });
      atMs += draw(random, episodes.taskGapMs);
    }
  }

  #newTopic(random: Random): Topic {
    const taskClass = weighted(
      random,
      Object.keys(episodes.classShares) as OtherClass[],
      (name) => episodes.classShares[name],
    );
    return { class: taskClass, language: weighted(random, languages, ({ share }) => share) };
  }

  #roleOf(taskClass: OtherClass, language: Language, random: Random): Role {
    const second = random() < episodes.secondModelShare;
    const wanted = { summarize: 'summarizeLong', translate: 'translateNative', chat: 'chatDeep' } as const;
    const isSecond = taskClass === 'translate' ? language.isNative : second;
    return isSecond && this.#roles.has(wanted[taskClass]) ? wanted[taskClass] : taskClass;
  }

  #draft(
    role: Role,
    taskClass: DayClass,
    arrivalMs: number,
    document: number,
    promptTokens: number,
    sharedTokens: number,
    random: Random,
  ): Draft {
    const { kind, targetMs } = promises[taskClass];
    const answerTokens = Math.max(1, Math.round(draw(random, tokens[taskClass].answer)));
    const draft: Draft = {
      role,
      class: taskClass,
      arrivalMs,
      promise: kind,
      deadlineMs: arrivalMs + targetMs,
      document,
      promptTokens,
      sharedTokens: Math.max(0, Math.min(sharedTokens, promptTokens - 1)),
      answerTokens,
    };
    this.#drafts.push(draft);
    return draft;
  }

  #newDocument(): number {
    this.#documents += 1;
    return this.#documents;
  }
}

function otherClass(random: Random, own: OtherClass): OtherClass {
  const others = (Object.keys(episodes.classShares) as OtherClass[]).filter((name) => name !== own);
  return weighted(random, others, (name) => episodes.classShares[name]);
}

function draw(random: Random, { median, variation, max }: Spread): number {
  return Math.min(max, lognormal(random, median, variation));
}

/** One of `items`, each as often as its weight says. */
function weighted<T>(random: Random, items: readonly T[], weightOf: (item: T) => number): T {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let left = random() * total;
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new Error('Nothing to choose from: the list is empty.');
  return last;
}
