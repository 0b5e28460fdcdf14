import { describe, expect, it } from 'vitest';
import { fittedTrace } from '../../../runtime/features/completion/trace.ts';

const prompt = { kind: 'infill', prefix: 'p'.repeat(300), typed: 't'.repeat(100), suffix: 's'.repeat(200) } as const;
const pieces = [{ path: 'b.ts', text: 'c'.repeat(590), comments: `// ${'c'.repeat(596)}\n` }];
const chosen = { prompt, forecastMs: 300, droppedChars: 400, isStale: false };
const result = { outcome: { kind: 'finished', reason: 'stop' }, text: '', e2eMs: 1, kept: true } as const;
const told = { ...result, generatedTokens: 1, relegated: false };

describe('what a prompt gave up', () => {
  it('when other files stood in it, then their characters count among those that its tokens were made of', () => {
    const context = { repository: 'r', path: 'a.ts', pieces };
    const withContext = { ...chosen, prompt: { ...prompt, context } };
    expect(fittedTrace(chosen, { ...told, promptTokens: 300 }, 500).fitted?.droppedTokens).toBe(200);
    expect(fittedTrace(withContext, { ...told, promptTokens: 600 }, 500).fitted?.droppedTokens).toBe(200);
  });

  it('when the tokenizer was not asked, or nothing was dropped, then that is guessed, or not said', () => {
    expect(fittedTrace(chosen, told, 500).fitted?.droppedTokens).toBe(114);
    expect(fittedTrace({ ...chosen, droppedChars: 0 }, told, 500)).toEqual({ forecastMs: 300 });
  });
});
