/** A loop over the real engine for one model, as evals ask it. */
import { LlamaEngine } from '../engine/llama/process.ts';
import { Loop } from '../loop.ts';

export interface EvalLoopOptions {
  /** Absolute path of a GGUF file. */
  readonly model: string;
  /** Compute threads; 0 leaves it to the engine. */
  readonly threads: number;
  /** Of the one sequence, prompt and answer together. */
  readonly contextTokens: number;
  /** Absolute path of the built engine program. */
  readonly engineProgram: string;
  readonly log: (line: string) => void;
}

export function openLoop({ model: file, threads, contextTokens, engineProgram, log }: EvalLoopOptions): Loop {
  return new Loop(new LlamaEngine({ program: engineProgram, env: process.env, log }), {
    now: () => performance.now(),
    timer: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    specOf: (id) => ({ id, file, sequences: 1, contextTokens, threads }),
  });
}
