/** What a soak has found, as figures by name and as text. */
import { quantile } from '../bench/bench.ts';
import type { RealOutcome } from './real/soak.ts';
import type { SimulatedOutcome } from './simulated/soak.ts';
import type { Findings } from './tally.ts';

export interface SoakResult {
  readonly seed: number;
  readonly findings: Findings;
  readonly simulated: SimulatedOutcome | undefined;
  readonly real: RealOutcome | undefined;
}

/** Undefined figures could not be had. */
export function figuresOf({ findings, simulated, real }: SoakResult): Record<string, number | undefined> {
  const faults = Object.values(findings.faults).reduce((sum, count) => sum + count, 0);
  const loadMs = quantileOf(real?.loadMs, 0.5);
  const late = real?.backMs.filter((ms) => loadMs !== undefined && ms <= loadMs + 1_000).length;
  return {
    'soak.faults': faults,
    'soak.asked': findings.asked,
    'soak.answered': findings.answered,
    'soak.refused': findings.refused,
    'soak.cancelled': findings.cancelled,
    'soak.lost': findings.lost.length,
    'soak.doubled': findings.doubled.length,
    'soak.hangs': findings.hangs.length,
    'soak.orphans': findings.orphans.length,
    'soak.load_s': inSeconds(loadMs),
    'soak.back_s.p50': inSeconds(quantileOf(real?.backMs, 0.5)),
    'soak.back_s.p95': inSeconds(quantileOf(real?.backMs, 0.95)),
    /** The share of recoveries within one load and a second. */
    'soak.back_in_time': real && late !== undefined && real.backMs.length > 0 ? late / real.backMs.length : undefined,
    'soak.memory_growth': real?.memoryGrowth,
    'soak.simulated_hours': simulated && simulated.simulatedMs / 3_600_000,
  };
}

export function textOf(result: SoakResult): string {
  const { findings, real, seed } = result;
  const figures = Object.entries(figuresOf(result)).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(24)} ${Number.isInteger(value) ? value : value.toFixed(3)}`],
  );
  const faults = Object.entries(findings.faults).map(([kind, count]) => `  ${String(count).padStart(5)}  ${kind}`);
  const bad = [...findings.lost, ...findings.doubled, ...findings.hangs, ...findings.orphans];
  const skipped = (real?.skipped ?? []).map((sentence) => `left out: ${sentence}`);
  return `${[`seed ${seed}`, ...figures, 'faults', ...faults, ...skipped, ...bad.map((sentence) => `! ${sentence}`)].join('\n')}\n`;
}

export function isClean({ lost, doubled, hangs, orphans }: Findings): boolean {
  return lost.length + doubled.length + hangs.length + orphans.length === 0;
}

function quantileOf(values: readonly number[] = [], share: number): number | undefined {
  return values.length === 0 ? undefined : quantile(values, share);
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
