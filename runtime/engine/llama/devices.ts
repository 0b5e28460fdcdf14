/** What computes, in the words of the port. */
import os from 'node:os';
import type { Llama } from 'node-llama-cpp';
import type { DeviceReport } from '../engine.ts';

type Teller = Pick<Llama, 'gpu' | 'getGpuDeviceNames' | 'getVramState'>;

export async function reportOfDevices(llama: Teller): Promise<DeviceReport> {
  if (llama.gpu === false) return { backend: 'cpu', names: [], totalBytes: 0, usedBytes: 0, unifiedBytes: 0 };
  const [names, { total, used, unifiedSize }] = await Promise.all([llama.getGpuDeviceNames(), llama.getVramState()]);
  return { backend: llama.gpu, names, totalBytes: total, usedBytes: used, unifiedBytes: unifiedSize };
}

/** As measurements are kept by it: the graphics card and its backend, or the processor. */
export async function deviceName(llama: Teller): Promise<string> {
  if (llama.gpu !== false) return `${(await llama.getGpuDeviceNames()).join(', ')} (${llama.gpu})`;
  return `${os.cpus()[0]?.model.trim() ?? process.arch} (CPU)`;
}
