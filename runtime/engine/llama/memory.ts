/**
 * Whether the memory of a model that was unloaded is really back: the next load counts on it. CUDA gives it back up to 1.5 s after the
 * library has said that it is done; a processor's is back at once, but for what the allocator keeps.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Llama } from 'node-llama-cpp';

/** What is freed is waited for no longer than this, in ms: then the next load finds out by itself. */
export const releaseMsMax = 5_000;
const pollMs = 20;

/** The library's estimate of what a model holds is about so exact. */
const enoughShare = 0.9;

export interface MemoryGauge {
  /** Bytes in use: of the graphics card where one computes, else of this process. */
  heldBytes(): Promise<number>;
  /** When nothing has been given back for so long, nothing more is on its way. */
  readonly settledMs: number;
}

export function memoryGauge(llama: Llama): MemoryGauge {
  if (llama.gpu === false)
    return { heldBytes: () => Promise.resolve(process.memoryUsage.rss()), settledMs: 2 * pollMs };
  return { heldBytes: async () => (await llama.getVramState()).used, settledMs: 2_000 };
}

export interface Released {
  readonly freedBytes: number;
  readonly tookMs: number;
}

export interface Waiting {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

const realTime: Waiting = { now: () => performance.now(), sleep };

/**
 * Waits until as good as all of it is back, or nothing more comes, or {@link releaseMsMax} has passed.
 * @param heldBefore what was in use before anything was freed.
 * @param expectedBytes what the library says was freed.
 * @returns how many bytes are back, and how long that took from now on.
 */
export async function untilReleased(
  gauge: MemoryGauge,
  heldBefore: number,
  expectedBytes: number,
  time: Waiting = realTime,
): Promise<Released> {
  const startedMs = time.now();
  let held = await gauge.heldBytes();
  let changedMs = startedMs;
  for (;;) {
    const nowMs = time.now();
    const freedBytes = Math.max(0, heldBefore - held);
    const isOver = nowMs - startedMs >= releaseMsMax || nowMs - changedMs >= gauge.settledMs;
    if (isOver || freedBytes >= expectedBytes * enoughShare) return { freedBytes, tookMs: nowMs - startedMs };
    await time.sleep(pollMs);
    const next = await gauge.heldBytes();
    if (next < held) changedMs = time.now();
    held = next;
  }
}
