/** The load at which something keeps half of its promises, when every look costs minutes: few looks, on a logarithmic scale. */

const looksMax = 5;
/** Near enough: the share is known no better from one run. */
const tolerance = 0.05;
const step = 1.6;

/**
 * Looks at `start`, goes up or down in steps until half is passed, then between the last two. The share falls with the load.
 * @returns the load whose share was nearest to half.
 */
export async function findHalf(start: number, shareAt: (load: number) => Promise<number>): Promise<number> {
  let best = { load: start, distance: Number.POSITIVE_INFINITY };
  let low: number | undefined;
  let high: number | undefined;
  let load = start;
  for (let look = 0; look < looksMax; look += 1) {
    const share = await shareAt(load);
    const distance = Math.abs(share - 0.5);
    if (distance < best.distance) best = { load, distance };
    if (distance <= tolerance) break;
    // Without promises there is no share: such a load is too small.
    if (share > 0.5 || Number.isNaN(share)) low = load;
    else high = load;
    if (low !== undefined && high !== undefined) load = Math.sqrt(low * high);
    else load = low === undefined ? load / step : load * step;
  }
  return best.load;
}
