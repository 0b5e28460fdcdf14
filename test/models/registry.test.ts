import { describe, expect, it } from 'vitest';
import { slaTargetMsLimit } from '../../runtime/core/task.ts';
import { Registry } from '../../runtime/models/registry.ts';
import { slaTargetMsMax } from '../../runtime/protocol.ts';

describe('the choice of a model', () => {
  it('when nothing is chosen, then it is the demonstration model, and it says so', () => {
    const registry = new Registry({ embeddedFile: '/media/demo.gguf' });
    expect(registry.choose('auto', 0)).toMatchObject({ id: '/media/demo.gguf', demo: true, chosen: false });
    expect(registry.choose('embedded', 0)).toMatchObject({ demo: true, chosen: true });
    expect(registry.choose('/media/../media/demo.gguf', 0)).toMatchObject({ demo: true, chosen: true });
    expect(registry.specOf('/media/demo.gguf')).toMatchObject({ threads: 1, contextTokens: 2_048 });
  });

  it('when a file is chosen, then it keeps its name and the latest thread count', () => {
    const registry = new Registry({ embeddedFile: '/media/demo.gguf' });
    expect(registry.choose('/models/coder-0.5b.gguf', 2)).toMatchObject({ name: 'coder-0.5b', demo: false });
    registry.choose('/models/coder-0.5b.gguf', 3);
    expect(registry.specOf('/models/coder-0.5b.gguf').threads).toBe(3);
  });

  it('when the path is relative, unknown or one too many, then it says what to do', () => {
    const registry = new Registry({ embeddedFile: '/media/demo.gguf' });
    expect(registry.choose('coder.gguf', 0)).toMatchObject({
      code: 'modelUnavailable',
      message: expect.stringContaining('full path'),
    });
    expect(() => registry.specOf('/never/chosen.gguf')).toThrow('no model');
    for (let index = 0; index < 64; index++) registry.choose(`/models/${index}.gguf`, 0);
    expect(registry.choose('/models/65.gguf', 0)).toMatchObject({ message: expect.stringContaining('punctual stop') });
    expect(registry.choose('/models/3.gguf', 0)).toMatchObject({ name: '3' });
  });
});

it('when the wire and the core bound a promise, then they bound it alike', () => {
  expect(slaTargetMsLimit).toBe(slaTargetMsMax);
});
