/**
 * Completions of people who edit: sessions begin as a Poisson process, and each plays a segment of the recorded editing trace as a
 * document of its own. What is not in the trace, and how it is made up for, stands at `sessions` in `workloads.ts`. Pure.
 */
import { infillWindow, windowDefault } from '../../features/completion/prompt.ts';
import { integer, newRandom, pick, poissonTimesMs, type Random } from '../random.ts';
import { sessions } from '../workloads.ts';
import { type Arrival, type Load, type Opened, sharedTokens, type Window } from './arrivals.ts';
import { applied, cursorAfter, cursorBefore, type EditingTrace } from './editing-trace.ts';
import { cutPlace } from './fitted.ts';
import { infillTokens } from './prompt-tokens.ts';
import { halfOf, type SeenSuggestion, type ServedRequest, type Traces } from './traces.ts';

export interface SessionsOptions {
  readonly seed: number;
  /** Mean number of sessions at a time, not necessarily whole. */
  readonly load: number;
  readonly window: Window;
  readonly durationMs: number;
  /** Promised time to the first token. */
  readonly targetMs: number;
}

/** Edits that the editor sees as one: those of the trace from `first` to before `end`. */
export interface PlayedEdit {
  /** From the first edit of the session. */
  readonly atMs: number;
  readonly first: number;
  readonly end: number;
}

/** The halves that one window uses. */
interface Material {
  readonly editing: EditingTrace;
  readonly edits: { readonly start: number; readonly end: number };
  readonly served: readonly ServedRequest[];
  readonly suggestions: readonly SeenSuggestion[];
}

export function sessionsLoad(traces: Traces, options: SessionsOptions): Load {
  const material = materialOf(traces, options.window);
  const random = newRandom(options.seed, 'sessions');
  const meanMs = (sessions.lengthMs[0] + sessions.lengthMs[1]) / 2;
  const starts = poissonTimesMs(random, (1_000 * options.load) / meanMs, options.durationMs);
  const played = starts.map((startMs, index) => playSession(material, options, startMs, index));
  return {
    arrivals: played.flatMap(({ arrivals }) => arrivals).sort((a, b) => a.atMs - b.atMs),
    opens: played.map(({ opened }) => opened),
    durationMs: options.durationMs,
  };
}

function materialOf({ editing, served, suggestions }: Traces, window: Window): Material {
  const half = <T>(items: readonly T[]): readonly T[] => {
    const { start, end } = halfOf(items.length, window);
    return items.slice(start, end);
  };
  return { editing, edits: halfOf(editing.edits.length, window), served: half(served), suggestions: half(suggestions) };
}

function playSession(material: Material, options: SessionsOptions, startMs: number, index: number) {
  const random = newRandom(options.seed, `session ${index}`);
  const lengthMs = integer(random, ...sessions.lengthMs) - sessions.openLeadMs;
  const from = integer(random, material.edits.start, material.edits.end);
  const edits = playedEdits(material.editing, from, material.edits.end, lengthMs, material.suggestions, random);
  const document = `session ${index}`;
  const salt = integer(random, 0, 2 ** 29);
  const opened: Opened = { atMs: startMs, document, promptTokens: openingPrompt(material.editing, from, salt) };
  const arrivals: Arrival[] = [];
  let text = material.editing.textBefore(from);
  let previous: readonly number[] = [];
  edits.forEach((edit, place) => {
    const parts = material.editing.edits.slice(edit.first, edit.end);
    text = parts.reduce((before, { patches }) => applied(before, patches), text);
    const last = parts[parts.length - 1];
    const cancel = edits[place + 1]?.atMs;
    const isDebounced = cancel !== undefined && cancel - edit.atMs <= sessions.debounceMs;
    const firstEditMs = startMs + sessions.openLeadMs;
    const atMs = firstEditMs + edit.atMs + sessions.debounceMs;
    if (last === undefined || isDebounced || atMs >= options.durationMs) return;
    const cut = cutPlace(text, cursorAfter(last, material.editing.edits[edit.end]), salt);
    const promptTokens = infillTokens(infillWindow(cut.text, cut.offset, windowDefault), salt);
    arrivals.push({
      id: `${document} completion ${place}`,
      atMs,
      class: 'completion',
      sla: { kind: 'ttft', targetMs: options.targetMs },
      document,
      promptTokens,
      answerTokens: Math.min(Math.max(pick(random, material.served).outputTokens, 1), sessions.maxTokens),
      maxTokens: sessions.maxTokens,
      ...(cancel !== undefined && { cancelAtMs: firstEditMs + cancel }),
      uncachedTokens: Math.max(promptTokens.length - sharedTokens(previous, promptTokens), 1),
      place: cut,
    });
    previous = promptTokens;
  });
  return { opened, arrivals };
}

function openingPrompt(editing: EditingTrace, from: number, salt: number): number[] {
  const edit = editing.edits[from];
  return infillTokens(
    infillWindow(editing.textBefore(from), edit === undefined ? 0 : cursorBefore(edit), windowDefault),
    salt,
  );
}

/** The edits from `from` on, until `lengthMs` are over or the trace's half ends; `suggestions` are what is looked at between them. */
export function playedEdits(
  editing: EditingTrace,
  from: number,
  end: number,
  lengthMs: number,
  suggestions: readonly SeenSuggestion[],
  random: Random,
): PlayedEdit[] {
  // A suggestion that is accepted brings later edits forward, so more than the session's length is needed.
  const times = spreadTimesMs(editing, from, end, 2 * lengthMs, random);
  const played: PlayedEdit[] = [];
  /** By how much the session is behind the recording. */
  let delayMs = 0;
  for (let place = 0; place < times.length; ) {
    const atMs = (times[place] ?? 0) + delayMs;
    if (atMs >= lengthMs) break;
    played.push({ atMs, first: from + place, end: from + place + 1 });
    place += 1;
    const nextMs = (times[place] ?? Number.NEGATIVE_INFINITY) + delayMs;
    if (nextMs - atMs < sessions.seenAfterMs) continue;
    const seenMs = atMs + sessions.seenAfterMs;
    const look = lookAt(editing, { first: from + place, end: from + times.length }, suggestions, random);
    if (look.accepted > 0) {
      const doneMs = seenMs + look.shownMs;
      if (doneMs < lengthMs) played.push({ atMs: doneMs, first: from + place, end: from + place + look.accepted });
      place += look.accepted;
      delayMs = doneMs - (times[place - 1] ?? 0);
    } else {
      // Without a look this is 0: the next edit comes no earlier than a suggestion could have been seen.
      delayMs += Math.max(seenMs + look.shownMs - nextMs, 0);
    }
  }
  return played;
}

/**
 * When the edits were made, from the first one on; enough of them for `lengthMs`. Those of one recorded second are spread over it in
 * equal parts, at a random place in each part. Pauses are cut at `sessions.pauseMsMax`.
 */
function spreadTimesMs(
  editing: EditingTrace,
  from: number,
  end: number,
  lengthMs: number,
  random: Random,
): readonly number[] {
  const { edits } = editing;
  const times: number[] = [];
  let secondMs = 0;
  for (let first = from; first < end && secondMs <= lengthMs; ) {
    const stampMs = edits[first]?.stampMs ?? 0;
    let next = first + 1;
    while (next < end && edits[next]?.stampMs === stampMs) next += 1;
    for (let edit = first; edit < next; edit += 1)
      times.push(secondMs + (1_000 * (edit - first + random())) / (next - first));
    secondMs += Math.min((edits[next]?.stampMs ?? stampMs) - stampMs, sessions.pauseMsMax);
    first = next;
  }
  const zero = times[0] ?? 0;
  return times.map((time) => time - zero);
}

interface Look {
  /** 0 when no suggestion is looked at. */
  readonly shownMs: number;
  /** Edits of the trace that the suggestion takes the place of; 0 when it is rejected. */
  readonly accepted: number;
}

/** Whether a suggestion is looked at before the edits `next`, for how long, and how many of them it brings at once. */
function lookAt(
  editing: EditingTrace,
  next: { readonly first: number; readonly end: number },
  suggestions: readonly SeenSuggestion[],
  random: Random,
): Look {
  const draw = (isAccepted: boolean) => {
    const { shownMs, characters } = pick(
      random,
      suggestions.filter((seen) => seen.isAccepted === isAccepted),
    );
    return { shownMs: Math.min(shownMs, sessions.shownMsMax), characters };
  };
  if (random() < sessions.acceptedShare) {
    const { shownMs, characters } = draw(true);
    const accepted = acceptedEdits(editing, next.first, next.end, characters);
    if (accepted > 0) return { shownMs, accepted };
  }
  return { shownMs: random() < sessions.rejectedShare ? draw(false).shownMs : 0, accepted: 0 };
}

/** How many edits from `first` on only type, each where the one before ended, and no more than `characters` together. */
function acceptedEdits(editing: EditingTrace, first: number, end: number, characters: number): number {
  let left = characters;
  for (let place = first; place < end; place += 1) {
    const [before, edit] = [editing.edits[place - 1], editing.edits[place]];
    const [patch, ...more] = edit?.patches ?? [];
    const isTyped = patch !== undefined && more.length === 0 && patch[1] === 0 && patch[2].length > 0;
    const continues = isTyped && before !== undefined && patch[0] === cursorAfter(before, edit);
    if (!continues || patch[2].length > left) return place - first;
    left -= patch[2].length;
  }
  return end - first;
}
