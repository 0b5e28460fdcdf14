import { describe, expect, it } from 'vitest';
import { roleSettingsSchema } from '../../runtime/models/role-settings.ts';

describe('the settings of roles', () => {
  it('when nothing is set, then everything is automatic', () => {
    expect(roleSettingsSchema.parse({ later: 'x' })).toEqual({
      completion: 'auto',
      summarize: 'auto',
      translate: 'auto',
      chat: 'auto',
    });
  });

  it.each([
    'auto',
    'embedded',
    'qwen2.5-coder-1.5b',
    'My model (v2)',
    '/m/x.gguf',
    'C:\\m\\x.gguf',
    '\\\\host\\m\\x.gguf',
  ])('when %s is chosen, then it is a choice', (choice) => {
    expect(roleSettingsSchema.parse({ chat: choice }).chat).toBe(choice);
  });

  it.each(['', ' ', 'x.gguf', './x.gguf', 'models/x', '~/x.gguf', 'a\nb', 'x'.repeat(5000)])(
    'when %j is chosen, then it is refused',
    (choice) => {
      expect(roleSettingsSchema.safeParse({ chat: choice }).success).toBe(false);
    },
  );

  it('when a relative path is chosen, then the sentence says what to give', () => {
    const { error } = roleSettingsSchema.safeParse({ completion: 'models/x.gguf' });
    expect(error?.issues[0]?.message).toBe(
      "'models/x.gguf' is no choice of a model: give 'auto', 'embedded', a model's name, or the full path of a GGUF file",
    );
  });
});
