/** Everything that can be set in the residency policy, in one object. The defaults were tuned on the tuning seeds of `bench residency`. */
import type { Substitution } from '../task.ts';

export interface ResidencyOptions {
  // ------------------------------------------------------------------------------------------------- what a model is worth
  /** A use in this time counts 1/2 of one now, roughly: the discount of the future, in ms. */
  readonly horizonMs: number;
  /** Weight of the time to load it again. */
  readonly loadWeight: number;
  /** Weight of a broken promise, in ms of loading. */
  readonly brokenMs: number;
  /** Weight of the predicted work that would be held up. */
  readonly workWeight: number;
  /** Exponent of the need: 0 makes all models equally likely to be needed, above 1 likely ones stand out more. */
  readonly needWeight: number;
  /** Factor of what the editor's signals promise; 0: they say nothing. */
  readonly signalWeight: number;
  /** Added for each model, so that never-used ones still go by size: probability of a use that nothing foretold. */
  readonly needMin: number;

  // ------------------------------------------------------------------------------------------------------------- what is learned
  readonly gapsMax: number;
  readonly borrowedGaps: number;
  readonly signalWindowMs: number;
  readonly borrowedSignals: number;
  readonly usesGaps: boolean;
  readonly usesSignals: boolean;

  // ---------------------------------------------------------------------------------------------------------------- coming and going
  /** No model leaves earlier than this after it became ready, in ms. */
  readonly residenceMsMin: number;
  /** A model that is waited for is loaded at the latest after this, whatever would be gained by waiting on, in ms. */
  readonly delayMsMax: number;
  /** While a victim is likelier than this to be used within the delay, the swap waits for its group to be done. */
  readonly delayProbability: number;
  /** Of those whose promise is broken already, the one that is there sooner goes first: its load counts this many times. */
  readonly shortLoadWeight: number;
  /** Of those that are waited for, the one with more work in its queue goes first: it goes as much sooner as its queue takes, times this. */
  readonly queueWeight: number;
  /** After somebody waited this long behind models in use, one of them takes no further task, in ms. */
  readonly drainAfterMs: number;
  readonly downsizes: boolean;
  /** What fewer sequences cost, as a share of the model's worth. */
  readonly smallLoss: number;
  /** Of tasks that do not say it themselves. */
  readonly substitution: Substitution;
  /** Where the load of a task's own model would break its promise, one of its class that is back sooner may load in its place. */
  readonly loadsStandIns: boolean;
  /** A task that is late in any case is answered by another model when that is sooner by this, in ms. */
  readonly standInLeadMs: number;
  /** While somebody is asked whether a model answers, it does not leave for the task's own, for so long at most, in ms. */
  readonly answerMsMax: number;

  // ------------------------------------------------------------------------------------------------------------------- loading ahead
  readonly loadsAhead: boolean;
  /** A model loads ahead when it is used within its load time and this with the probability below, in ms. */
  readonly aheadMs: number;
  readonly aheadProbability: number;
  /** The same when nothing has to leave for it. */
  readonly aheadFreeProbability: number;
  /** What would be gained must be this many times what the leaving models are worth. */
  readonly aheadGain: number;
  /** Weight of a load that nobody uses: it keeps the disk, and whoever waits meanwhile waits longer. */
  readonly wasteWeight: number;
  /** Between two loads ahead, in ms. */
  readonly aheadGapMs: number;

  // ------------------------------------------------------------------------------------------------------------------- reading ahead
  readonly readsAhead: boolean;
  readonly readHorizonMs: number;
  /** What is read must be worth this many times what it displaces. */
  readonly readHysteresis: number;
  readonly readGapMs: number;
  /** The need of a file must be at least this to be read. */
  readonly readNeedMin: number;
  /** A resident model's file counts as this share of an absent one's: it has to be evicted first. */
  readonly residentFileShare: number;
  /** A bucket of this many bytes fills in an hour; more is not read. */
  readonly readBytesPerHour: number;

  // ------------------------------------------------------------------------------------------------------------------------------ idle
  /** A model that was not used for so long leaves, the pinned one last; infinite: never. In ms. */
  readonly releaseAfterMs: number;
  readonly releasePinnedAfterMs: number;
}

export const residencyDefaults: ResidencyOptions = {
  horizonMs: 900_000,
  loadWeight: 1,
  brokenMs: 5_000,
  workWeight: 0,
  needWeight: 1,
  signalWeight: 1,
  needMin: 0.01,
  gapsMax: 300,
  borrowedGaps: 3,
  signalWindowMs: 60_000,
  borrowedSignals: 6,
  usesGaps: true,
  usesSignals: true,
  residenceMsMin: 2_000,
  delayMsMax: 6_000,
  delayProbability: 0.25,
  shortLoadWeight: 2,
  queueWeight: 0,
  drainAfterMs: 30_000,
  downsizes: true,
  smallLoss: 0.05,
  substitution: 'automatically',
  loadsStandIns: true,
  standInLeadMs: 5_000,
  answerMsMax: 5_000,
  loadsAhead: true,
  aheadMs: 20_000,
  aheadProbability: 0.45,
  aheadFreeProbability: 0.3,
  aheadGain: 1.5,
  wasteWeight: 1,
  aheadGapMs: 10_000,
  readsAhead: true,
  readHorizonMs: 1_800_000,
  readHysteresis: 1.2,
  readGapMs: 30_000,
  readNeedMin: 0.02,
  residentFileShare: 0.2,
  readBytesPerHour: 36e9,
  releaseAfterMs: Number.POSITIVE_INFINITY,
  releasePinnedAfterMs: Number.POSITIVE_INFINITY,
};

/** By which a model's worth is told: see worth.ts. */
export type ResidencyWeights = Pick<
  ResidencyOptions,
  'loadWeight' | 'brokenMs' | 'workWeight' | 'needWeight' | 'signalWeight'
>;

/** What may change while a runtime lives: settings, power, memory pressure. */
export type ResidencyChanges = Partial<
  Pick<ResidencyOptions, 'releaseAfterMs' | 'releasePinnedAfterMs' | 'loadsAhead' | 'readsAhead'> & ResidencyWeights
>;

/** What a user says of the weights: 1 counts as much as what was tuned, 0 does not count. Of `work` nothing counts by itself. */
export interface UserWeights {
  readonly loadTime: number;
  readonly brokenPromises: number;
  readonly work: number;
  readonly demand: number;
  readonly signals: number;
}

export function weightsOf({ loadTime, brokenPromises, work, demand, signals }: UserWeights): ResidencyWeights {
  return {
    loadWeight: loadTime * residencyDefaults.loadWeight,
    brokenMs: brokenPromises * residencyDefaults.brokenMs,
    workWeight: work,
    needWeight: demand * residencyDefaults.needWeight,
    signalWeight: signals * residencyDefaults.signalWeight,
  };
}
