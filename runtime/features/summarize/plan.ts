/** A text too long for one prompt, summarised in stages: its parts, then what they say, as often as it takes. Pure. */

/** Calls that one workflow may have (core/workflow/plan.ts). */
const callsMax = 64;

/** A merge of two is the least that leads anywhere. */
const fanInMin = 2;

/** A merge of answers of parts, or of other merges, by their places in the stage before. */
export interface Merge {
  readonly from: number;
  /** The first one that is not in it any more. */
  readonly to: number;
}

export interface StagePlan {
  readonly parts: number;
  /** The last stage has one merge; no stage where there is but one part. */
  readonly stages: readonly (readonly Merge[])[];
}

/**
 * @param pieces of the text, one after the other.
 * @param fanIn answers that fit into the prompt of a merge.
 */
export function stagePlan(pieces: number, fanIn: number): StagePlan {
  let parts = Math.max(1, Math.min(pieces, callsMax));
  while (parts > 1 && callsOf(parts, stagesOf(parts, fanIn)) > callsMax) parts -= 1;
  return { parts, stages: stagesOf(parts, fanIn) };
}

function stagesOf(parts: number, fanIn: number): Merge[][] {
  const width = Math.max(fanInMin, Math.floor(fanIn));
  const stages: Merge[][] = [];
  for (let count = parts; count > 1; ) {
    const merges = Math.ceil(count / width);
    const before = count;
    stages.push(
      Array.from({ length: merges }, (_, index) => ({
        from: Math.floor((index * before) / merges),
        to: Math.floor(((index + 1) * before) / merges),
      })),
    );
    count = merges;
  }
  return stages;
}

function callsOf(parts: number, stages: readonly (readonly Merge[])[]): number {
  return stages.reduce((sum, merges) => sum + merges.length, parts);
}
