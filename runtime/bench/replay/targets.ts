/** What the figures of the replay are to reach. */
import type { Target } from '../report/report.ts';

export const targets: Readonly<Record<string, Target | undefined>> = {
  'replay.cpu.goodput_ratio': { atLeast: 1.7 },
  'replay.gpu.goodput_ratio': { atLeast: 1.8 },
  'replay.cpu.ttft_p95_ratio': { atMost: 0.16 },
  'replay.gpu.ttft_p95_ratio': { atMost: 0.06 },
  'replay.cpu.e2e_p95_ratio': { atMost: 0.9 },
  'replay.gpu.e2e_p95_ratio': { atMost: 1.3 },
  'replay.gpu.e2e_p95_light_ratio': { atMost: 1.05 },
  'replay.cpu.wasted_ratio': { atMost: 0.5 },
  'replay.gpu.wasted_ratio': { atMost: 0.65 },
  'replay.cpu.fitted_goodput_ratio': { atLeast: 1.85 },
};
