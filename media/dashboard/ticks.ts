/** Where a time axis has its marks, and how long bars of time are: even times of the clock. */

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const stepsMs = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12, 24].map((count) => count * hour),
] as const;

/** @returns the next even step that is not shorter. */
export function stepMsOf(wantedMs: number): number {
  return stepsMs.find((step) => step >= wantedMs) ?? Math.ceil(wantedMs / (24 * hour)) * 24 * hour;
}

/**
 * @param fromMs since 1970, as `toMs`.
 * @param zoneMs so much the clock of the user is ahead of UTC.
 */
export function evenTimes(fromMs: number, toMs: number, countMax: number, zoneMs: number): number[] {
  const stepMs = stepMsOf((toMs - fromMs) / Math.max(1, countMax));
  const first = Math.ceil((fromMs + zoneMs) / stepMs) * stepMs - zoneMs;
  return Array.from({ length: Math.max(0, Math.floor((toMs - first) / stepMs) + 1) }, (_, k) => first + k * stepMs);
}

export function zoneMsAt(epochMs: number): number {
  return -new Date(epochMs).getTimezoneOffset() * minute;
}
