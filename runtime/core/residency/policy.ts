/**
 * Which models are resident: the factors of CACE (arXiv 2506.18796: load time, latency sensitivity, expected output, recent use and
 * demand in sliding windows), the editor's signals, and what the host's page cache holds. Pure: the same calls give the same decisions.
 *
 * The caller tells of every task as it arrives and of every signal, and asks for decisions at every event and when a `wait` is over. It
 * performs them in the order given, all of them, before it asks again. In each answer:
 * 1. Whose file is gone leaves, when nobody uses it; else who leaves when other programs took memory; nothing else then.
 * 2. Tasks that another resident model answers (stand-in.ts): they go there, and everything else is asked for again. Where the asker
 *    decides, everything else goes on meanwhile.
 * 3. What is waited for: loads, waits, drains (demand.ts).
 * 4. What is likely to be needed: loads ahead, sequences given back (ahead.ts).
 * 5. What nobody needed for long leaves.
 * 6. The file that is read ahead (reader.ts).
 */
import type { ModelId, TaskId } from '../task.ts';
import { grow, type LastAhead, loadAhead } from './ahead.ts';
import { Asked } from './asked.ts';
import { onDemand } from './demand.ts';
import { type Forecast, LearnedForecast } from './forecast.ts';
import type { LearnedResidency, LearnedSignal } from './learned.ts';
import { type AheadCounts, AheadLedger } from './ledger.ts';
import type { Means } from './means.ts';
import { type ResidencyChanges, type ResidencyOptions, residencyDefaults } from './options.ts';
import { Reader } from './reader.ts';
import { canFit, isIdle, isLeftOver, planRelief } from './room.ts';
import { substitutions } from './stand-in.ts';
import type { Decision, EditorSignal, Factors, ModelView, ResidencyView, Use } from './types.ts';
import { seconds, whyRelief } from './why.ts';
import { Worth } from './worth.ts';

export class ResidencyPolicy {
  readonly #means: Means;
  readonly #reader: Reader;
  readonly #asked = new Asked();
  readonly #ledger = new AheadLedger();
  /** Undefined when the future is known: then there is nothing to learn. */
  readonly #learner: LearnedForecast | undefined;
  #lessons = 0;
  /** Of the last look. */
  #models: readonly ModelView[] = [];
  #lastAhead: LastAhead = { atMs: Number.NEGATIVE_INFINITY, roomFor: undefined };

  /** @param forecast by default learned from uses and signals; a bench may know the future. */
  constructor(given: Partial<ResidencyOptions> = {}, forecast?: Forecast) {
    const options = { ...residencyDefaults, ...given };
    this.#learner = forecast === undefined ? new LearnedForecast(options) : undefined;
    const foreseen = forecast ?? this.#learner ?? new LearnedForecast(options);
    this.#means = { options, forecast: foreseen, worth: new Worth(options, foreseen) };
    this.#reader = new Reader(this.#means);
  }

  configure(changes: ResidencyChanges): void {
    Object.assign(this.#means.options, changes);
  }

  use(model: ModelId, use: Use, nowMs: number): void {
    this.#means.forecast.use(model, use, nowMs);
    this.#means.worth.use(model, use);
    this.#ledger.used(model);
    this.#lessons += 1;
  }

  /** What loads ahead were worth so far. */
  get ahead(): AheadCounts {
    return this.#ledger.counts;
  }

  /** What the models that are in memory are worth now, with every factor of it, for whoever looks. */
  scores(nowMs: number): readonly Factors[] {
    return this.#models
      .filter(({ state }) => state === 'ready')
      .map((model) => this.#means.worth.factorsOf(model, nowMs));
  }

  /** Counts what taught anything: as long as it is the same, so is what was learned. */
  get lessons(): number {
    return this.#lessons;
  }

  /** To be recalled by the policy of a later runtime. Undefined when nothing is learned here. */
  learned(nowMs: number): LearnedResidency | undefined {
    if (this.#learner === undefined) return undefined;
    const { all, models, signals } = this.#learner.learned(nowMs);
    const isKept = new Set(models.map(({ model }) => model));
    // Else models that were deleted long ago would pile up from one runtime to the next.
    const hitsOf = ({ key, seen, hits }: LearnedSignal): LearnedSignal => ({
      key,
      seen,
      hits: hits.filter(({ model }) => isKept.has(model)),
    });
    const profiles = this.#means.worth.learned().filter(({ model }) => isKept.has(model));
    return { all, models, signals: signals.map(hitsOf), profiles };
  }

  /** What an earlier runtime has learned takes the place of what is known so far. */
  recall(learned: LearnedResidency, nowMs: number): void {
    this.#learner?.recall(learned, nowMs);
    this.#means.worth.recall(learned.profiles);
  }

  /** Whether the model could not be loaded even if everything but pinned models left. The caller refuses the tasks of such a one. */
  isTooLarge(view: ResidencyView, model: ModelView): boolean {
    return !canFit(view, model, this.#means.options);
  }

  signal(signal: EditorSignal, nowMs: number): void {
    this.#means.forecast.signal(signal, nowMs);
    this.#lessons += 1;
  }

  /** The asker of a task has said whether another model is to answer. */
  answered(id: TaskId): void {
    this.#asked.answered(id);
  }

  decide(view: ResidencyView): readonly Decision[] {
    this.#ledger.look(view);
    this.#models = view.models;
    const decisions = this.#decide(view);
    for (const decision of decisions) this.#ledger.decided(decision, view.nowMs);
    return decisions;
  }

  #decide(view: ResidencyView): readonly Decision[] {
    const left = releasedGone(view); // 1
    if (left.length > 0) return left;
    const relieved = this.#relieved(view);
    if (relieved.length > 0) return relieved;
    const answered = this.#answered(view); // 2
    if (answered.some((decision) => decision.kind === 'substitute' && !decision.asks)) return answered;
    const decisions = [...answered, ...onDemand(this.#means, view, this.#asked)]; // 3
    if (!decisions.some(isMove)) decisions.push(...this.#unasked(view)); // 4 and 5
    if (decisions.some(({ kind }) => kind === 'load')) return decisions;
    const read = this.#reader.decide(view); // 6
    return read === undefined ? decisions : [...decisions, read];
  }

  #answered(view: ResidencyView): Decision[] {
    this.#asked.look(view);
    const untilMs = view.nowMs + this.#means.options.answerMsMax;
    return substitutions(this.#means, view).flatMap((found) =>
      found.asks ? (this.#asked.ask(found, untilMs) ?? []) : found,
    );
  }

  #unasked(view: ResidencyView): Decision[] {
    const ahead = loadAhead(this.#means, view, this.#lastAhead);
    if (ahead !== undefined) {
      const makesRoom = ahead.evict.length + ahead.downsize.length > 0;
      this.#lastAhead = { atMs: view.nowMs, roomFor: makesRoom ? ahead.model : undefined };
      return [ahead];
    }
    const grown = grow(view);
    return grown === undefined ? this.#released(view) : [grown];
  }

  /** Other programs took memory: the least worthy leave, whatever is waited for. */
  #relieved(view: ResidencyView): Decision[] {
    const { worth, options } = this.#means;
    const left = planRelief(view, worth, options);
    const ready = view.models.filter(({ state }) => state === 'ready');
    const factors = ready.map((model) => worth.factorsOf(model, view.nowMs));
    return left.map((model) => ({ kind: 'release', model, why: whyRelief(model, left, factors) }));
  }

  #released(view: ResidencyView): Decision[] {
    const { releaseAfterMs, releasePinnedAfterMs } = this.#means.options;
    const afterMs = (model: ModelView): number =>
      model.releaseAfterMs ?? (model.isPinned ? releasePinnedAfterMs : releaseAfterMs);
    const isLong = (model: ModelView): boolean => isIdle(model) && view.nowMs - model.lastUsedMs >= afterMs(model);
    return view.models.filter(isLong).map(({ id, lastUsedMs }) => {
      const why = `Released '${id}', which nobody has used for ${seconds(view.nowMs - lastUsedMs)}.`;
      return { kind: 'release', model: id, why };
    });
  }
}

/** However lately it came, and pinned or not: what cannot be asked for holds memory, and its space on disk, for nobody. */
function releasedGone({ models }: ResidencyView): Decision[] {
  return models.filter(isLeftOver).map(({ id }) => {
    const why = `Released '${id}', whose file is gone or cannot be used any more.`;
    return { kind: 'release', model: id, why };
  });
}

function isMove({ kind }: Decision): boolean {
  return kind === 'load' || kind === 'drain';
}
