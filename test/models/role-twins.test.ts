/** What is said of models that have one name: nobody can act on a sentence in which two files are called the same. */
import { describe, expect, it } from 'vitest';
import type { RoleModel } from '../../runtime/models/role-models.ts';
import { chooseRole } from '../../runtime/models/roles.ts';
import { imported, known, type QuestionOptions, question } from './role-fixtures.ts';

interface Case {
  readonly when: string;
  readonly models: readonly RoleModel[];
  readonly options?: QuestionOptions;
  readonly chosen: string;
  readonly because: string;
}

const coarse = known('qwen2.5-coder-1.5b', { quantization: 'Q4_K_M' });
const fine = known('qwen2.5-coder-1.5b', { quantization: 'Q8_0' });

describe('models of one name', () => {
  it.each<Case>([
    {
      when: 'two files of one name are as good, then they are told apart by their paths',
      models: [imported('same', ['completion']), imported('same', ['completion'], { file: '/other/same.gguf' })],
      chosen: 'same',
      because:
        'same (/mine/same.gguf) serves completion: its speed is not measured yet; same (/other/same.gguf) would do as well.',
    },
    {
      when: 'two files of one name differ in size, then they are no quantizations of one model',
      models: [
        imported('same', ['completion']),
        imported('same', ['completion'], { file: '/other/same.gguf', bytes: 1e9 }),
      ],
      options: { memoryBytes: 1e9 },
      chosen: 'same',
      because:
        'same (/other/same.gguf) serves completion: its speed is not measured yet; same (/mine/same.gguf) would be chosen before it, but does not fit into memory with its 2.0 GB.',
    },
    {
      when: 'two files of a model of the catalog are late, then its name stands once',
      models: [coarse, fine],
      options: {
        files: { [fine.file ?? '']: 900, [coarse.file ?? '']: 300 },
      },
      chosen: 'qwen2.5-coder-1.5b',
      because:
        'qwen2.5-coder-1.5b serves completion: about 300 of the 500 ms promised; its other quantization: about 900 ms, but 500 ms are promised.',
    },
  ])('when $when', ({ models, options, chosen, because }) => {
    for (const order of [models, [...models].reverse()]) {
      const choice = chooseRole('completion', question(order, options));
      expect(choice).toMatchObject({ kind: 'chosen', model: { name: chosen }, because });
    }
  });
});
