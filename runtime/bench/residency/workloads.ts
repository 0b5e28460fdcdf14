/**
 * What the residency bench puts to every policy: devices, fleets of models, days of work, seeds. Fixed before any tuning; a later
 * change needs a reason, written here. Data only: `day.ts` makes tasks and signals of it, `simulate.ts` runs them.
 *
 * Changed since it was fixed: the fleets of 8 GB were enlarged when only the baselines had run, as the file cache held nearly all of the first
 * ones; and the page cache forgets whole files instead of parts (page-cache.ts says why), which costs who reads nothing ahead more.
 *
 * Evidence for burstiness. Azure Functions 2019 (Shahrad et al., ATC 2020; sample of 100 functions by vhive-serverless/invitro, CC BY 4.0)
 * as a proxy for how models are called: of the functions that are called in 20 to 600 minutes of a day and are no timers, the gaps
 * between calls have a coefficient of variation of 1.9 at the median (0.5 to 6.7), half of the gaps (0.16 to 0.79) are 2 minutes at most,
 * and calls come in clusters of 3 active minutes at the median. Copilot's users (microsoft/coderec_programming_states, MIT) saw 4.2
 * suggestions a minute over whole sessions; a debounce of 350 ms asks 21 times in an active minute, half of which are taken back
 * (derived from josephg/editing-traces). What is taken back is no promise and is left out here.
 */
import type { ResidencyClass } from '../../core/residency/types.ts';

export const gigabyte = 1e9;

/** Memory for models in GB. */
export type DeviceName = '8gb' | '16gb';
export const deviceNames: readonly DeviceName[] = ['8gb', '16gb'];

export type DayName = 'ordinary' | 'heavy';
export const dayNames: readonly DayName[] = ['ordinary', 'heavy'];

export type Window = 'tuning' | 'reporting';

/** What a developer chose a model for. One role is one model; several roles may be of one class. */
export type Role = 'completion' | 'summarize' | 'summarizeLong' | 'translate' | 'translateNative' | 'chat' | 'chatDeep';

export interface FleetModel {
  readonly role: Role;
  /** Size of its file and, loaded, of its weights. */
  readonly fileGb: number;
  /** KV cells of one sequence with its whole context. */
  readonly sequenceGb: number;
  readonly sequences: number;
}

export interface Device {
  readonly memoryGb: number;
  /** Of the device's memory: a token of one sequence reads all weights once. */
  readonly bandwidthGbPerSecond: number;
  /** Prompt tokens per second of a model of 1 GB; a larger one is slower in proportion. */
  readonly prefillTokenGbPerSecond: number;
  /** Seeds take turns in them. */
  readonly fleets: readonly (readonly FleetModel[])[];
}

/** Compute buffers of a loaded model. */
export const bufferGb = 0.1;

/**
 * Sizes of current open models in 4 to 8 bits, and of their KV cells for 4,096 tokens at 16 bits: 0.5B 0.05 GB, 1.5B 0.11, 3B 0.15, 4B 0.3,
 * 7B 0.23 (4 KV heads), 8B 0.5, 14B 0.75.
 */
export const devices: Readonly<Record<DeviceName, Device>> = {
  '8gb': {
    memoryGb: 8,
    bandwidthGbPerSecond: 250,
    prefillTokenGbPerSecond: 9_000,
    fleets: [
      [
        { role: 'completion', fileGb: 1, sequenceGb: 0.11, sequences: 4 },
        { role: 'summarize', fileGb: 2.2, sequenceGb: 0.15, sequences: 4 },
        { role: 'translate', fileGb: 5.3, sequenceGb: 0.23, sequences: 3 },
        { role: 'chat', fileGb: 4.9, sequenceGb: 0.5, sequences: 2 },
      ],
      [
        { role: 'completion', fileGb: 0.4, sequenceGb: 0.05, sequences: 4 },
        { role: 'summarize', fileGb: 1.9, sequenceGb: 0.15, sequences: 4 },
        { role: 'translate', fileGb: 5.4, sequenceGb: 0.23, sequences: 3 },
        { role: 'translateNative', fileGb: 4.9, sequenceGb: 0.5, sequences: 2 },
        { role: 'chat', fileGb: 2.5, sequenceGb: 0.3, sequences: 3 },
        { role: 'chatDeep', fileGb: 5.7, sequenceGb: 0.5, sequences: 2 },
      ],
      [
        { role: 'completion', fileGb: 1, sequenceGb: 0.11, sequences: 4 },
        { role: 'summarize', fileGb: 1.1, sequenceGb: 0.11, sequences: 4 },
        { role: 'summarizeLong', fileGb: 3.8, sequenceGb: 0.3, sequences: 2 },
        { role: 'translate', fileGb: 4.4, sequenceGb: 0.23, sequences: 3 },
        { role: 'translateNative', fileGb: 3.8, sequenceGb: 0.5, sequences: 2 },
        { role: 'chat', fileGb: 2.5, sequenceGb: 0.3, sequences: 3 },
        { role: 'chatDeep', fileGb: 4.9, sequenceGb: 0.5, sequences: 2 },
      ],
    ],
  },
  '16gb': {
    memoryGb: 16,
    bandwidthGbPerSecond: 450,
    prefillTokenGbPerSecond: 16_000,
    fleets: [
      [
        { role: 'completion', fileGb: 2.3, sequenceGb: 0.15, sequences: 4 },
        { role: 'summarize', fileGb: 2.5, sequenceGb: 0.3, sequences: 4 },
        { role: 'translate', fileGb: 7.6, sequenceGb: 0.23, sequences: 4 },
        { role: 'translateNative', fileGb: 4.9, sequenceGb: 0.5, sequences: 3 },
        { role: 'chat', fileGb: 9, sequenceGb: 0.75, sequences: 2 },
      ],
      [
        { role: 'completion', fileGb: 1.6, sequenceGb: 0.11, sequences: 4 },
        { role: 'summarize', fileGb: 3.3, sequenceGb: 0.15, sequences: 4 },
        { role: 'translate', fileGb: 5.4, sequenceGb: 0.23, sequences: 4 },
        { role: 'translateNative', fileGb: 8.5, sequenceGb: 0.5, sequences: 3 },
        { role: 'chat', fileGb: 4.3, sequenceGb: 0.3, sequences: 4 },
        { role: 'chatDeep', fileGb: 8.4, sequenceGb: 0.75, sequences: 2 },
      ],
      [
        { role: 'completion', fileGb: 1, sequenceGb: 0.11, sequences: 4 },
        { role: 'summarize', fileGb: 1.9, sequenceGb: 0.15, sequences: 4 },
        { role: 'summarizeLong', fileGb: 4.7, sequenceGb: 0.5, sequences: 2 },
        { role: 'translate', fileGb: 5.4, sequenceGb: 0.23, sequences: 4 },
        { role: 'translateNative', fileGb: 4.9, sequenceGb: 0.5, sequences: 3 },
        { role: 'chat', fileGb: 2.5, sequenceGb: 0.3, sequences: 4 },
        { role: 'chatDeep', fileGb: 9, sequenceGb: 0.75, sequences: 2 },
      ],
    ],
  },
};

/** The host: a page cache of files that forgets what was not read for the longest time, and a disk. */
export const host = {
  cacheGb: 12,
  /** A load takes this and the time of its bytes. */
  loadStartMs: 300,
  cachedGbPerSecond: 1,
  /** Of the disk. Loads and the reader ahead share it. */
  coldGbPerSecond: 0.3,
  /** A context with fewer sequences is made anew, the weights stay: measured 0.2 s. */
  resizeMs: 200,
} as const;

/** What the made-up days are made of. */
export type DayClass = Exclude<ResidencyClass, 'generate'>;

/** What is promised, from the arrival. The product's defaults; chat is asked by somebody who waits for the first words. */
export const promises: Readonly<Record<DayClass, { readonly kind: 'ttft' | 'e2e'; readonly targetMs: number }>> = {
  completion: { kind: 'ttft', targetMs: 500 },
  summarize: { kind: 'e2e', targetMs: 10_000 },
  translate: { kind: 'e2e', targetMs: 20_000 },
  chat: { kind: 'ttft', targetMs: 5_000 },
};

/** Lognormal, cut at `max`; `variation` is the coefficient of variation. */
export interface Spread {
  readonly median: number;
  readonly variation: number;
  readonly max: number;
}

/** Tokens of prompts and answers, as in the replay (`../workloads.ts`); a chat's prompt grows with each turn by what was said. */
export const tokens: Readonly<Record<DayClass, { readonly prompt: Spread; readonly answer: Spread }>> = {
  completion: { prompt: { median: 60, variation: 0.8, max: 750 }, answer: { median: 14, variation: 1, max: 64 } },
  summarize: { prompt: { median: 500, variation: 0.7, max: 1_800 }, answer: { median: 80, variation: 0.5, max: 256 } },
  translate: {
    prompt: { median: 350, variation: 0.6, max: 1_400 },
    answer: { median: 385, variation: 0.6, max: 1_024 },
  },
  chat: { prompt: { median: 400, variation: 0.8, max: 1_500 }, answer: { median: 220, variation: 0.8, max: 800 } },
};

export interface Day {
  /** From the start of one episode to that of the next. */
  readonly episodeGapMs: Spread;
  /** Tasks of an episode: 1 + geometric, of this mean. */
  readonly episodeTasks: number;
  /** Completions, not taken back, in an active minute. */
  readonly completionsPerMinute: number;
  readonly typingMs: Spread;
  readonly pauseMs: Spread;
}

export const dayMs = 8 * 3_600_000;
const minuteMs = 60_000;

export const days: Readonly<Record<DayName, Day>> = {
  ordinary: {
    episodeGapMs: { median: 4.5 * minuteMs, variation: 1.4, max: 60 * minuteMs },
    episodeTasks: 4,
    completionsPerMinute: 8,
    typingMs: { median: 3 * minuteMs, variation: 1, max: 30 * minuteMs },
    pauseMs: { median: 2 * minuteMs, variation: 1.2, max: 40 * minuteMs },
  },
  heavy: {
    episodeGapMs: { median: 2.4 * minuteMs, variation: 1.4, max: 40 * minuteMs },
    episodeTasks: 4.5,
    completionsPerMinute: 14,
    typingMs: { median: 5 * minuteMs, variation: 1, max: 40 * minuteMs },
    pauseMs: { median: 1.5 * minuteMs, variation: 1.2, max: 20 * minuteMs },
  },
};

/** How episodes are made up. */
export const episodes = {
  /** From the end of reading one answer to asking for the next thing is not modelled apart: from task to task. */
  taskGapMs: { median: 20_000, variation: 1.3, max: 240_000 },
  classShares: { summarize: 0.35, translate: 0.3, chat: 0.35 },
  /** An episode has the class and language of the one before: people stay with a topic. */
  sameTopicShare: 0.5,
  /** A task within an episode that is of another class: a question to the chat while translating. */
  otherClassShare: 0.12,
  /** Of the tasks of a class that has two models, those that go to the second one when the language does not decide. */
  secondModelShare: 0.4,
  /** A task goes on with the document of the task before, so its KV cells serve again: turns of a chat nearly always. */
  sameDocumentShare: { summarize: 0.2, translate: 0.3, chat: 0.9 },
} as const;

/** Languages and how often they are worked in. The native ones are translated by the second model of that role. */
export const languages = [
  { name: 'typescript', share: 0.35, isNative: false },
  { name: 'python', share: 0.25, isNative: false },
  { name: 'java', share: 0.2, isNative: false },
  { name: 'cpp', share: 0.2, isNative: true },
] as const;

/** What the editor tells before an episode, and as often when nothing follows. */
export const signals = {
  /** Of the episodes. */
  beforeShare: 0.5,
  /** False alarms for each true signal. */
  falseAlarms: 1,
  /** How long before the first task, and how often for an episode of each class. */
  kinds: {
    languageOpened: {
      lead: { median: 25_000, variation: 0.6, max: 90_000 },
      summarize: 0.1,
      translate: 0.4,
      chat: 0.1,
    },
    documentActive: {
      lead: { median: 15_000, variation: 0.6, max: 60_000 },
      summarize: 0.3,
      translate: 0.1,
      chat: 0.2,
    },
    selectionMade: { lead: { median: 7_000, variation: 0.6, max: 30_000 }, summarize: 0.5, translate: 0.4, chat: 0.1 },
    paletteOpened: { lead: { median: 3_500, variation: 0.5, max: 15_000 }, summarize: 0.1, translate: 0.1, chat: 0.6 },
  },
} as const;

/** Seeds of the two windows share nothing: days, episodes and signals are drawn anew. */
export const seeds = {
  tuning: [501, 502, 503, 504, 505, 506],
  reporting: [31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45],
} as const satisfies Record<Window, readonly number[]>;
