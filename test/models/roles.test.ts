import { describe, expect, it } from 'vitest';
import { type Role, roles } from '../../runtime/models/catalog/catalog.ts';
import type { RoleModel } from '../../runtime/models/role-models.ts';
import { chooseRole, type RoleChoice } from '../../runtime/models/roles.ts';
import { absent, demo, imported, known, type QuestionOptions, question } from './role-fixtures.ts';

/** `NAME`, or `! CODE` where nobody serves the role. */
const short = (choice: RoleChoice): string => (choice.kind === 'chosen' ? choice.model.name : `! ${choice.code}`);
const sentence = (choice: RoleChoice): string => String(choice.kind === 'chosen' ? choice.because : choice.message);

interface Case {
  readonly when: string;
  readonly role?: Role;
  readonly models: readonly RoleModel[];
  readonly options?: QuestionOptions;
  /** As `short` writes it. */
  readonly chosen: string;
  /** The whole sentence. */
  readonly because: string;
}

const base7 = known('qwen2.5-coder-7b', { quantization: 'Q8_0' });
const base1 = known('qwen2.5-coder-1.5b', { quantization: 'Q8_0' });

describe('an automatic choice', () => {
  it.each<Case>([
    {
      when: 'the better model keeps the promise',
      models: [base1, base7, demo()],
      options: { ms: { 'qwen2.5-coder-1.5b': 60, 'qwen2.5-coder-7b': 240 } },
      chosen: 'qwen2.5-coder-7b',
      because:
        'qwen2.5-coder-7b serves completion: about 240 of the 500 ms promised; it is better at it than qwen2.5-coder-1.5b.',
    },
    {
      when: 'the better model breaks the promise',
      models: [base1, base7, demo()],
      options: { ms: { 'qwen2.5-coder-1.5b': 180, 'qwen2.5-coder-7b': 1200.4 } },
      chosen: 'qwen2.5-coder-1.5b',
      because:
        'qwen2.5-coder-1.5b serves completion: about 180 of the 500 ms promised; qwen2.5-coder-7b: about 1200 ms, but 500 ms are promised.',
    },
    {
      when: 'all break the promise, then the fastest',
      models: [base7, base1, known('granite-4.1-3b')],
      options: { ms: { 'qwen2.5-coder-1.5b': 900, 'qwen2.5-coder-7b': 4000, 'granite-4.1-3b': 2000 } },
      chosen: 'qwen2.5-coder-1.5b',
      because:
        'qwen2.5-coder-1.5b serves completion: about 900 ms, but 500 ms are promised; granite-4.1-3b: about 2000 ms, but 500 ms are promised.',
    },
    {
      when: 'nothing was measured, then keystrokes do not get the large one',
      models: [base7, base1],
      chosen: 'qwen2.5-coder-1.5b',
      because:
        'qwen2.5-coder-1.5b serves completion: its speed is not measured yet; qwen2.5-coder-7b: it is large for keystrokes and not measured yet.',
    },
    {
      when: 'nothing was measured and summaries are asked for, then the best',
      role: 'summarize',
      models: [known('granite-4.1-3b'), known('ministral-3-8b-instruct'), base7],
      chosen: 'ministral-3-8b-instruct',
      because:
        'ministral-3-8b-instruct serves summarize: its speed is not measured yet; it is better at it than granite-4.1-3b.',
    },
    {
      when: 'two are as good, then the larger one',
      role: 'summarize',
      models: [known('granite-4.1-8b'), known('ministral-3-14b-instruct')],
      chosen: 'ministral-3-14b-instruct',
      because:
        'ministral-3-14b-instruct serves summarize: its speed is not measured yet; it is larger than granite-4.1-8b.',
    },
    {
      when: 'the best does not fit, then the next that does',
      role: 'summarize',
      models: [known('granite-4.1-8b'), known('ministral-3-14b-instruct')],
      options: { memoryBytes: 6e9 },
      chosen: 'granite-4.1-8b',
      because:
        'granite-4.1-8b serves summarize: its speed is not measured yet; ministral-3-14b-instruct would be chosen before it, but does not fit into memory with its 8.2 GB.',
    },
    {
      when: 'a model has two files, then the finer one',
      models: [known('qwen2.5-coder-1.5b', { quantization: 'Q4_K_M' }), base1],
      options: { ms: { 'qwen2.5-coder-1.5b': 100 } },
      chosen: 'qwen2.5-coder-1.5b',
      because:
        'qwen2.5-coder-1.5b serves completion: about 100 of the 500 ms promised; it is the finer of its quantizations.',
    },
    {
      when: 'the finer file does not fit, then the other',
      models: [known('qwen2.5-coder-7b', { quantization: 'Q4_K_M' }), base7],
      options: { memoryBytes: 6e9, ms: { 'qwen2.5-coder-7b': 300 } },
      chosen: 'qwen2.5-coder-7b',
      because:
        'qwen2.5-coder-7b serves completion: about 300 of the 500 ms promised; its finer quantization does not fit into memory with its 8.1 GB.',
    },
    {
      when: 'a better licence matters, then a research model waits until it is named',
      models: [known('qwen2.5-coder-3b'), known('qwen2.5-coder-0.5b')],
      chosen: 'qwen2.5-coder-0.5b',
      because:
        'qwen2.5-coder-0.5b serves completion: its speed is not measured yet; qwen2.5-coder-3b would be chosen before it, but its licence (LicenseRef-Qwen-Research) allows no commercial use.',
    },
    {
      when: 'only a research model is installed, then the demonstration goes on',
      models: [known('qwen2.5-coder-3b'), demo()],
      chosen: 'tinycode-4m',
      because:
        'tinycode-4m, the demonstration model, serves completion: qwen2.5-coder-3b is only used when you name it, because its licence (LicenseRef-Qwen-Research) allows no commercial use.',
    },
    {
      when: 'an imported model is the only one',
      models: [imported('mine', ['completion']), demo()],
      chosen: 'mine',
      because: 'mine serves completion: its speed is not measured yet; it is the only one installed for it.',
    },
    {
      when: 'nothing but the demonstration is there',
      models: [demo(), absent('qwen2.5-coder-1.5b')],
      chosen: 'tinycode-4m',
      because: 'tinycode-4m, the demonstration model, serves completion: no other model for it is installed.',
    },
    {
      when: 'what is installed does not fit, then nobody, and what would',
      models: [base7, absent('qwen2.5-coder-1.5b'), demo()],
      options: { memoryBytes: 2e9 },
      chosen: '! doesNotFit',
      because:
        "No installed model that serves completion fits into memory (qwen2.5-coder-7b has 8.1 GB): 'punctual models pull qwen2.5-coder-1.5b' gets one that does.",
    },
    {
      when: 'nothing fits at all',
      models: [base7, demo()],
      options: { memoryBytes: 1 },
      chosen: '! doesNotFit',
      because:
        'No installed model that serves completion fits into memory (qwen2.5-coder-7b has 8.1 GB): give models more memory.',
    },
    {
      when: 'nothing can, not even the demonstration',
      role: 'chat',
      models: [base1, demo(), absent('qwen3-4b-instruct-2507')],
      chosen: '! notInstalled',
      because:
        "Nothing serves chat, no other model for it is installed: run 'punctual models pull qwen3-4b-instruct-2507'.",
    },
    {
      when: 'a model learnt an order of infill that the engine does not write, then it does not complete',
      models: [known('mellum-4b'), known('qwen2.5-coder-0.5b')],
      options: { ms: { 'mellum-4b': 100, 'qwen2.5-coder-0.5b': 100 } },
      chosen: 'qwen2.5-coder-0.5b',
      because:
        'qwen2.5-coder-0.5b serves completion: about 100 of the 500 ms promised; it is the only one installed for it.',
    },
  ])('when $when', ({ role = 'completion', models, options, chosen, because }) => {
    const choice = chooseRole(role, question(models, options));
    expect([short(choice), sentence(choice)]).toEqual([chosen, because]);
  });

  it('when a better one could be installed, then the choice names it', () => {
    const models = [known('qwen2.5-coder-0.5b'), absent('qwen2.5-coder-1.5b'), demo()];
    expect(chooseRole('completion', question(models))).toMatchObject({ better: 'qwen2.5-coder-1.5b', named: false });
    expect(chooseRole('completion', question(models, { memoryBytes: 6e8 }))).toMatchObject({ better: undefined });
    expect(chooseRole('completion', question([absent('qwen2.5-coder-3b'), demo()]))).toMatchObject({
      better: undefined,
    });
  });

  it('when all roles are asked for, then each has its own choice', () => {
    const models = [base1, known('granite-4.1-8b'), known('qwen2.5-coder-14b-instruct'), demo()];
    const asked = question(models, { settings: { chat: 'granite-4.1-8b' } });
    expect(roles.map((role) => chooseRole(role, asked)).map((choice) => `${choice.role}: ${short(choice)}`)).toEqual([
      'completion: qwen2.5-coder-1.5b',
      'summarize: granite-4.1-8b',
      'translate: qwen2.5-coder-14b-instruct',
      'generate: qwen2.5-coder-14b-instruct',
      'chat: granite-4.1-8b',
    ]);
  });
});

describe('a choice that the user made', () => {
  const models = [
    base1,
    base7,
    known('granite-4.1-3b'),
    known('mellum-4b'),
    known('qwen2.5-coder-3b'),
    absent('ministral-3-8b-instruct'),
    imported('mine', ['summarize']),
    imported('twin', ['completion']),
    { ...imported('twin', ['completion']), file: '/other/twin.gguf' },
    demo(),
  ];

  it.each<[string, Role, string, string, string]>([
    [
      'it is late',
      'completion',
      'qwen2.5-coder-7b',
      'qwen2.5-coder-7b',
      'you chose it; about 2000 ms, but 500 ms are promised',
    ],
    ['its licence is for research', 'completion', 'qwen2.5-coder-3b', 'qwen2.5-coder-3b', 'you chose it; its speed'],
    ['it is the demonstration', 'summarize', 'embedded', 'tinycode-4m', 'you chose it'],
    ['it is a path', 'summarize', '/mine/other/../mine.gguf', 'mine', 'you chose it'],
    ['it is one of two with a name', 'completion', '/other/twin.gguf', 'twin', 'you chose it'],
    ['two have that name', 'completion', 'twin', '! ambiguous', 'by its full path (/mine/twin.gguf, /other/twin.gguf)'],
    [
      'it is not installed',
      'summarize',
      'ministral-3-8b-instruct',
      '! notInstalled',
      "'punctual models pull ministral-3-8b-instruct', or set punctual.models.summarize to 'auto'",
    ],
    ['nobody knows it', 'summarize', 'gpt-5', '! unknownModel', "'punctual models list --all' shows the names"],
    ['nothing is at the path', 'summarize', '/mine/lost.gguf', '! unknownModel', "at '/mine/lost.gguf': import it"],
    [
      'it completes only',
      'summarize',
      'qwen2.5-coder-1.5b',
      '! cannotServe',
      'it serves only completion: granite-4.1-3b could',
    ],
    [
      'the engine cannot write its order',
      'completion',
      'mellum-4b',
      '! cannotServe',
      'the text behind the cursor first',
    ],
    [
      'the demonstration cannot',
      'chat',
      'embedded',
      '! cannotServe',
      'it serves only completion, summarize, translate',
    ],
  ])('when %s, then it is served by that model or by none', (_, role, setting, then, part) => {
    const choice = chooseRole(
      role,
      question(models, { settings: { [role]: setting }, ms: { 'qwen2.5-coder-7b': 2000 } }),
    );
    expect(short(choice)).toBe(then);
    expect(sentence(choice)).toContain(part);
  });

  it('when it does not fit, then nobody, and which one would', () => {
    const settings = { summarize: 'granite-4.1-3b', completion: 'qwen2.5-coder-7b' };
    const asked = question(models, { settings, memoryBytes: 2e9 });
    const completion = chooseRole('completion', asked);
    expect(short(completion)).toBe('! doesNotFit');
    expect(sentence(completion)).toBe(
      "qwen2.5-coder-7b does not fit into memory (it has 8.1 GB): twin (/mine/twin.gguf) could, set punctual.models.completion to it or to 'auto'.",
    );
    expect(sentence(chooseRole('summarize', asked))).toContain('mine could');
  });

  it('when nothing else would fit either, then automatic is left', () => {
    const settings = { completion: 'qwen2.5-coder-7b' };
    const choice = chooseRole('completion', question([base7], { settings, memoryBytes: 1 }));
    expect(sentence(choice)).toContain("set punctual.models.completion to 'auto'");
    const other = chooseRole(
      'completion',
      question([base7, absent('qwen2.5-coder-0.5b')], { settings, memoryBytes: 1e9 }),
    );
    expect(sentence(other)).toContain("run 'punctual models pull qwen2.5-coder-0.5b'");
  });

  it('when a model has two files, then the name means the finer one that fits', () => {
    const both = [known('qwen2.5-coder-7b', { quantization: 'Q4_K_M' }), base7];
    const chosen = (memoryBytes: number): string | undefined => {
      const choice = chooseRole(
        'completion',
        question(both, { settings: { completion: 'qwen2.5-coder-7b' }, memoryBytes }),
      );
      return choice.kind === 'chosen' ? choice.model.file : undefined;
    };
    expect(chosen(9e9)).toBe('/models/qwen2.5-coder-7b-q8_0.gguf');
    expect(chosen(6e9)).toBe('/models/Qwen2.5-Coder-7B.Q4_K_M.gguf');
  });
});
