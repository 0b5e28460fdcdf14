import { describe, expect, it } from 'vitest';
import { gpuProblems } from '../../runtime/models/machine.ts';

describe('the back end that the environment asks for', () => {
  it.each([undefined, '', 'off', 'auto', 'vulkan', 'metal', 'cuda'])('when it is %j, then nothing is said', (gpu) => {
    expect(gpuProblems(gpu)).toEqual([]);
  });

  it.each(['nvidia', 'CUDA', '1'])(
    'when it is %j, then a sentence says which there are and what computes instead',
    (gpu) => {
      expect(gpuProblems(gpu)).toEqual([
        `PUNCTUAL_GPU is '${gpu}', so the processor computes: set it to one of auto, vulkan, metal, cuda, off, then run 'punctual stop'.`,
      ]);
    },
  );
});
