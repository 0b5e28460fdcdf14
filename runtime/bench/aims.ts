/** What the figures of the benches are to reach, by name. Those of policies stand beside the benches that print them. */
import { aims as idleAims } from './idle/bench.ts';
import { targets as replayAims } from './replay/targets.ts';
import type { Target } from './report/report.ts';
import { aims as requestsAims } from './requests/workload.ts';
import { aims as residencyAims } from './residency/figures.ts';
import { aims as typingAims } from './typing/workload.ts';
import { aims as windowsAims } from './windows/figures.ts';
import { aims as workflowAims } from './workflow/figures.ts';

export const aims: Readonly<Record<string, Target | undefined>> = {
  'overhead.ttft_ratio': { atMost: 1.1 },
  'overhead.extra_ms': { atMost: 5 },
  'engine.throughput_ratio': { atLeast: 1.2 },
  'engine.table_efficiency': { atLeast: 0.95 },
  'engine.batch_choice_gain': { atLeast: 1.12 },
  'engine.batch_choice_worst': { atLeast: 0.98 },
  'engine.cancel_passes_p99': { atMost: 1 },
  'engine.goodput_ratio': { atLeast: 1.5 },
  'engine.ttft_p95_ratio': { atMost: 0.3 },
  'completion.reevaluated_mean': { atMost: 0.05 },
  'completion.reevaluated_median': { atMost: 0.005 },
  'completion.no_prefill_share': { atLeast: 0.85 },
  'estimate.ttft_err_p50': { atMost: 0.15 },
  'estimate.ttft_err_p90': { atMost: 0.4 },
  'estimate.e2e_err_p50': { atMost: 0.15 },
  'estimate.e2e_err_p90': { atMost: 0.4 },
  'residency.swap_ttft_ratio': { atMost: 1.25 },
  'residency.swap_rss_ratio': { atMost: 1.03 },
  'residency.swap_orphans': { atMost: 0 },
  'scheduler.plan_us': { atMost: 50 },
  'scheduler.on_us_10k': { atMost: 50 },
  'scheduler.on_growth': { atMost: 1.6 },
  'scheduler.million_s': { atMost: 60 },
  ...replayAims,
  ...workflowAims,
  ...typingAims,
  ...requestsAims,
  ...windowsAims,
  ...idleAims,
  ...Object.fromEntries(Object.entries(residencyAims).map(([name, aim]) => [`residency.${name}`, aim])),
};
