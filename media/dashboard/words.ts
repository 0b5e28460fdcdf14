/** From figures to words: what happened to a task and why, times, shares, numbers. Pure; the texts are told by the extension. */
import type { DashboardStrings } from '../../extension/dashboard-strings.ts';
import type { Decision } from './fold.ts';
import { tallyOf } from './marks.ts';
import { type Note, type Phase, phaseOf, type Task } from './task.ts';
import type { WaitReason } from './why.ts';

export class Words {
  readonly strings: DashboardStrings;
  readonly #language: string;
  readonly #clock: Intl.DateTimeFormat;

  constructor(strings: DashboardStrings, language: string) {
    this.strings = strings;
    this.#language = language;
    this.#clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  }

  /** A text with what stands in its braces. */
  text(key: keyof DashboardStrings, ...values: readonly (string | number)[]): string {
    return (this.strings[key] ?? key).replace(/\{(\d)\}/g, (whole, index) => {
      const value = values[Number(index)];
      return value === undefined ? whole : typeof value === 'number' ? this.number(value) : value;
    });
  }

  number(value: number): string {
    return value.toLocaleString(this.#language, { maximumFractionDigits: value < 10 ? 1 : 0 });
  }

  /** @param epochMs since 1970. */
  clock(epochMs: number): string {
    return this.#clock.format(epochMs);
  }

  duration(ms: number): string {
    if (ms < 1_000) return `${this.number(Math.round(ms))} ms`;
    if (ms < 120_000)
      return `${(ms / 1_000).toLocaleString(this.#language, { maximumFractionDigits: ms < 10_000 ? 2 : 0 })} s`;
    return `${this.number(Math.round(ms / 60_000))} min`;
  }

  share(part: number): string {
    return part.toLocaleString(this.#language, { style: 'percent', maximumFractionDigits: 0 });
  }

  bytes(bytes: number): string {
    const [value, unit] = bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
    return `${value.toLocaleString(this.#language, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
  }

  name(task: Task): string {
    return this.text('taskName', this.text(task.class), task.id);
  }

  promise({ sla: { kind, targetMs } }: Pick<Task, 'sla'>): string {
    return this.text(kind === 'ttft' ? 'promiseTtft' : 'promiseE2e', this.duration(targetMs));
  }

  /** In one word or two, where it stands. */
  state(task: Task): string {
    const { verdict, outcome } = task;
    if (verdict !== 'undecided') return this.text(verdict);
    const phase = phaseOf(task);
    if (phase !== undefined) return this.text(phaseKeys[phase]);
    // Nothing was promised: it is over, one way or the other.
    return this.text(outcome?.kind === 'finished' ? 'done' : 'legendGone');
  }

  /** Everything that happened to it, in order, as one sentence. */
  story(task: Task, originMs: number, nowMs: number, why?: WaitReason): string {
    const spent = (phase: Phase): number =>
      task.stretches
        .filter((stretch) => stretch.phase === phase)
        .reduce((sum, { fromMs, toMs = nowMs }) => sum + Math.max(0, toMs - fromMs), 0);
    const isNow = (phase: Phase): boolean => phaseOf(task) === phase;
    const parts = [this.text('asked', this.clock(originMs + task.arrivalMs))];
    if (task.class !== 'idle' && !task.isProbe) parts.push(this.promise(task));
    if (task.workflow !== undefined) parts.push(this.text('partOf', task.workflow));
    parts.push(this.text(isNow('waiting') ? 'stillWaiting' : 'waited', this.duration(spent('waiting'))));
    if (why !== undefined) parts.push(...this.#waitReasons(why));
    parts.push(...task.notes.map((note) => this.#note(note)));
    if (spent('paused') > 0) parts.push(this.text('wasPaused', this.duration(spent('paused'))));
    if (spent('running') > 0)
      parts.push(this.text(isNow('running') ? 'stillRunning' : 'ran', this.duration(spent('running'))));
    if (task.firstTokenMs !== undefined)
      parts.push(this.text('firstToken', this.duration(task.firstTokenMs - task.arrivalMs)));
    const { promptTokens, reusedTokens, generatedTokens } = task;
    if (promptTokens > 0) parts.push(this.text('tokens', promptTokens, reusedTokens, generatedTokens));
    const { verdict } = task;
    parts.push(...this.#end(task), ...(verdict === 'undecided' ? [] : [this.text(verdict)]));
    return `${parts.join('; ')}.`;
  }

  /** Of a mark that stands for more than one. */
  several(tasks: readonly [Task, ...Task[]], originMs: number): string {
    const { kept, broken, gone, open } = tallyOf(tasks);
    const [first] = tasks;
    const clock = this.clock(originMs + first.arrivalMs);
    return this.text('several', tasks.length, clock, kept, broken, gone, open);
  }

  #waitReasons({ loadMs, behind, others }: WaitReason): string[] {
    const names = behind.map((task) => this.name(task)).join(', ');
    const ran = others > 0 ? this.text('andMore', names, others) : names;
    return [
      ...(loadMs > 0 ? [this.text('waitedLoad', this.duration(loadMs))] : []),
      ...(behind.length > 0 ? [this.text('waitedBehind', ran)] : []),
    ];
  }

  #note(note: Note): string {
    switch (note.kind) {
      case 'relegated':
      case 'restarted':
        return this.text(note.kind);
      case 'substituted':
      case 'offered':
        return this.text(note.kind, note.by, note.why.replace(/\.$/, ''));
      default:
        return note satisfies never;
    }
  }

  #end({ outcome, settledMs, arrivalMs, supersededBy }: Task): string[] {
    if (outcome === undefined || settledMs === undefined) return [];
    const after = this.duration(settledMs - arrivalMs);
    switch (outcome.kind) {
      case 'finished':
        return [this.text(outcome.reason === 'length' ? 'finishedLength' : 'finished', after)];
      case 'cancelled':
        if (supersededBy !== undefined) return [this.text('supersededBy', after, supersededBy)];
        return [this.text(outcome.by === 'superseded' ? 'superseded' : 'cancelled', after)];
      case 'failed':
        return [this.text('failed', after, outcome.error.message.replace(/\.$/, ''))];
      default:
        return outcome satisfies never;
    }
  }

  decision(decision: Decision): string {
    switch (decision.kind) {
      case 'decision':
        return decision.why;
      case 'loaded':
        return this.text('loadedIn', decision.model, this.duration(decision.loadMs), decision.device);
      case 'loadFailed':
        return this.text('loadFailed', decision.model, decision.message);
      case 'engineLost':
        return this.text('engineLost', decision.reason);
      default:
        return decision satisfies never;
    }
  }
}

const phaseKeys = { waiting: 'legendWaiting', running: 'legendRunning', paused: 'legendPaused' } as const;
