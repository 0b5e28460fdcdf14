import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fenced, fillPrompt, PromptError, parsePrompt } from '../../../runtime/features/prompts/prompt.ts';
import { promptTasks } from '../../../runtime/features/prompts/tasks.ts';
import { promptsFolder } from '../text-kit.ts';

const head = `---
task: translate
version: 3
class: translate
role: translate
sla: e2e
answer: code
maxTokens: 100
demoTokens: 20
---
`;

describe('a prompt file', () => {
  it.each(promptTasks)('when it is the shipped one of %s, then it can be used', (task) => {
    const prompt = parsePrompt(readFileSync(path.join(promptsFolder, `${task}.md`), 'utf8'), task);
    expect(prompt).toMatchObject({ task, sla: task === 'generate' ? 'ttft' : 'e2e' });
    expect(prompt.text).not.toBe('');
  });

  it('when it comes from Windows, then line ends and the byte order mark are none of it', () => {
    const file = `\uFEFF${head}Write {{code}} in {{target}}.\n`.replaceAll('\n', '\r\n');
    expect(parsePrompt(file, 'translate')).toMatchObject({ version: 3, text: 'Write {{code}} in {{target}}.' });
  });

  it.each([
    ['no front matter', 'Translate {{code}} to {{target}}.', 'does not begin with front matter'],
    ['a limit that is no number', `${head.replace('100', 'many')}{{code}} {{target}}`, 'maxTokens is wrong'],
    ['a limit beyond all', `${head.replace('100', '99999')}{{code}} {{target}}`, 'maxTokens is wrong'],
    ['a name that means nothing', `${head.replace('sla:', 'mood: good\nsla:')}{{code}} {{target}}`, 'is wrong'],
    ['a name too few', `${head.replace('sla: e2e\n', '')}{{code}} {{target}}`, "lacks 'sla'"],
    ['the same twice', `${head.replace('sla: e2e', 'sla: e2e\nsla: e2e')}{{code}} {{target}}`, "says 'sla' twice"],
    ['the front matter of another', `${head.replace('task: translate', 'task: summarize')}{{code}}`, "of 'summarize'"],
    ['a slot that is not filled', `${head}{{code}} {{target}} {{secrets}}`, 'it has {{secrets}}'],
    ['no code in it', `${head}Translate to {{target}}.`, 'it lacks {{code}}'],
    ['a line that says nothing', `${head.replace('sla: e2e', 'sla e2e')}{{code}} {{target}}`, 'sla e2e'],
  ])('when it has %s, then it is refused with what is wrong', (_, file, message) => {
    expect(() => parsePrompt(file, 'translate')).toThrow(PromptError);
    expect(() => parsePrompt(file, 'translate')).toThrow(message);
  });
});

describe('a filled prompt', () => {
  const prompt = { text: 'Do it.\n\nKnown:\n{{known}}\n\n{{code}}' };

  it('when there is nothing to say of a slot, then its paragraph is left out', () => {
    expect(fillPrompt(prompt, { code: 'x' })).toBe('Do it.\n\nx');
    expect(fillPrompt(prompt, { code: 'x', known: 'y' })).toBe('Do it.\n\nKnown:\ny\n\nx');
  });

  it('when code looks like a slot or a replacement, then it stays as it is', () => {
    const code = "{{known}} $& $1 $' \n\n\n {{code}}";
    expect(fillPrompt(prompt, { code })).toBe(`Do it.\n\n${code}`);
  });

  it('when code has fences of its own, then the fence around it is longer', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('`', '```', '\n', 'a', ' ')), (parts) => {
        const [opening = '', ...lines] = fenced('js', parts.join('')).split('\n');
        const ticks = opening.slice(0, -2);
        expect(lines.at(-1)).toBe(ticks);
        expect(lines.slice(0, -1).every((line) => !line.trimStart().startsWith(ticks))).toBe(true);
      }),
    );
  });
});
