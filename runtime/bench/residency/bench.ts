/**
 * Residency: four to seven models in 8 or 16 GB, an ordinary and a heavy day of eight hours at the editor. Every policy on the same
 * days; the figures of ours against the best baseline, against LRU with the same reader ahead, and against the one that knows the day.
 */
import type { Bench } from '../bench.ts';
import { checkWritable } from '../files.ts';
import { ablationNames } from './ablation.ts';
import { policyNames } from './contenders.ts';
import { play } from './play.ts';
import { resultOf } from './result.ts';
import { selectionOf } from './selection.ts';
import { seeds } from './workloads.ts';

export const residencyBench: Bench = {
  name: 'residency',
  summary: 'several models in one small memory, simulated days at an editor, all policies side by side',
  takes: { full: '3 minutes', quick: '1 minute' },
  options: [
    { name: 'seeds', value: 'N', help: `so many seeds, 1 to ${seeds.reporting.length}` },
    { name: 'window', value: 'reporting|tuning', help: 'which seeds (default: reporting)' },
    { name: 'policy', value: 'punctual,lru_pinned', help: `only these, of ${policyNames.join(', ')}` },
    { name: 'ablation', value: 'all', help: `also ours with one mechanism off: all, ${ablationNames.join(', ')}` },
    { name: 'html', value: 'FILE', help: 'also write a page with tables and plots, in a folder that exists' },
  ],
  async run(options) {
    const selection = selectionOf(options);
    if (options.values?.['html'] !== undefined) checkWritable('html', options.values['html']);
    const played = play(selection, options.log);
    const html = options.values?.['html'];
    if (html !== undefined) {
      const { writeResidencyReport } = await import('./html.ts');
      await writeResidencyReport(html, selection, played);
    }
    return resultOf(selection, played);
  },
};
