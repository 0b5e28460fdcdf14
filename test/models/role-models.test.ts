import { describe, expect, it } from 'vitest';
import { isInstalled } from '../../runtime/models/role-models.ts';
import { absent, imported, known } from './role-fixtures.ts';

describe('what is known of a model', () => {
  it('when attention slides or a licence forbids, then a note says so', () => {
    expect(known('gemma-4-12b-it').notes).toEqual([expect.stringContaining('last 1024 tokens')]);
    expect(known('qwen2.5-coder-3b').notes).toEqual([expect.stringContaining('no commercial use.')]);
    expect(known('qwen2.5-coder-1.5b').notes).toEqual([]);
    expect(imported('mine', ['chat']).notes).toEqual([]);
    expect(imported('mine', ['chat'], { slidingWindow: 512 }).notes).toEqual([
      expect.stringContaining('last 512 tokens'),
    ]);
  });

  it('when attention slides, then nothing is said to be evaluated again, as the engine keeps all; when a model recurs, then it is', () => {
    const [slides] = imported('mine', ['chat'], { slidingWindow: 512 }).notes;
    expect(slides).toContain('kept in memory all the same');
    expect(imported('mine', ['chat'], { recurrent: true }).notes).toEqual([
      expect.stringContaining('is evaluated again from its beginning'),
    ]);
  });

  it('when an imported model thinks first, then it comes after those that answer, and a note says so', () => {
    const { suitability, notes } = imported('mine', ['completion', 'chat'], { reasoning: true });
    expect(suitability).toEqual({ completion: 'good', chat: 'fair' });
    expect(notes).toEqual([expect.stringContaining('thinks before it answers')]);
  });

  it('when the catalog states no size, then it is told from the weights', () => {
    expect(known('mellum-4b').bytes).toBeGreaterThan(4.2e9);
    expect(known('mellum-4b').bytes).toBeLessThan(4.4e9);
  });

  it('when an imported file does not tell its weights, then they are told from its size', () => {
    expect(imported('mine', ['chat'], { bytes: 5e9 }).parameters).toBe(8e9);
    expect(imported('mine', ['chat'], { bytes: 5e9, parameters: 7e9 }).parameters).toBe(7e9);
  });

  it('when it is not installed, then it has no file', () => {
    expect(isInstalled(absent('mellum-4b'))).toBe(false);
    expect(isInstalled(known('mellum-4b'))).toBe(true);
  });
});
