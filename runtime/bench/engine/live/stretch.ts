/** How much slower this machine is than the table that the replayed loads were made for. */
import { costsOf } from '../../../engine/simulated-model.ts';
import { newRandom } from '../../random.ts';
import { machines } from '../../workloads.ts';
import { OurEngine } from '../our-engine.ts';
import { inventedPrompt } from '../prompts.ts';

const probes = 3;
const probeTokens = 512;

/** What a prompt costs here over what it costs in the table, in wall time, from the passes of some prompts. */
export async function measuredStretch(file: string): Promise<number> {
  const costs = costsOf(machines.cpu.model.costs);
  const engine = await OurEngine.load({
    file,
    sequences: 1,
    contextTokens: 2 * probeTokens,
    threads: 1,
    policy: 'fcfs',
  });
  try {
    const random = newRandom(1, 'stretch');
    let wallMs = 0;
    let tableMs = 0;
    for (let probe = 0; probe < probes; probe += 1) {
      const over = engine.until((event) => {
        if (event.kind === 'pass' && event.pass.kind === 'prefill') {
          wallMs += event.pass.wallMs;
          tableMs += costs.prefillMs(event.pass.tokens, event.pass.contextTokens);
        }
        return event.kind === 'ended';
      });
      engine.start({ id: `probe ${probe}`, prompt: inventedPrompt(random, probeTokens), maxTokens: 1 });
      await over;
    }
    return wallMs / tableMs;
  } finally {
    await engine.close();
  }
}
