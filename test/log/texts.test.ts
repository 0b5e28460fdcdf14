/** The text of prompts and answers comes back from its lines as it was, but for paths of models and the user's folder. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Event } from '../../runtime/core/event.ts';
import { type PromptParts, partsOf } from '../../runtime/core/prompt-parts.ts';
import type { Prompt } from '../../runtime/core/task.ts';
import { parseText } from '../../runtime/log/format.ts';
import { ModelNames } from '../../runtime/log/names.ts';
import { LogError } from '../../runtime/log/read.ts';
import { textsOf } from '../../runtime/log/read-texts.ts';
import { TextLines } from '../../runtime/log/texts.ts';
import { task } from '../core/fixtures.ts';

const folder = '/home/jsmith';
const model = '/mnt/disk/ghost.gguf';

type Turn = readonly [event: Event, effects?: readonly Effect[]];

function linesOf(turns: readonly Turn[], userFolder = folder): readonly string[] {
  const names = new ModelNames(userFolder);
  names.meet(model);
  const lines = new TextLines(names);
  return turns.flatMap(([event, effects = []], index) => lines.linesOf(index, event, effects));
}

function readAgain(lines: readonly string[]): ReturnType<typeof textsOf> {
  return textsOf({ turns: [], texts: lines.map((line) => parseText(JSON.parse(line))) });
}

const submit = (id: string, prompt: Prompt): Turn => [
  { kind: 'submit', task: task(id, { supersedeKey: 'd', model, prompt }) },
];
const tokens = (id: string, text: string): Turn => [{ kind: 'tokens', id, tokens: [1], text }];
const settled = (id: string): Turn => {
  const outcome = { kind: 'finished', reason: 'stop' } as const;
  return [{ kind: 'ended', id, outcome }, [{ kind: 'settle', id, outcome }]];
};

const none: PromptParts = { user: '', context: '', prefix: '', suffix: '', typed: '' };

/** Few letters, so that prompts begin alike often; halves of a character and line ends among them. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\n', '\ud83d', '\ude00', '😀'), maxLength: 8 });
const prompt = fc.oneof(
  fc.record({ prefix: text, suffix: text, typed: text, comments: text }).map(
    ({ prefix, suffix, typed, comments }): Prompt => ({
      ...{ kind: 'infill', prefix, suffix, typed },
      context: { repository: 'r', path: 'p', pieces: [{ path: 'p', text: 't', comments }] },
    }),
  ),
  text.map((user): Prompt => ({ kind: 'chat', user })),
);

describe('lines of text', () => {
  it('when they are read again, then each prompt and each answer is as it was', () => {
    const asked = fc.array(fc.record({ prompt, answer: fc.array(text, { maxLength: 3 }), isOver: fc.boolean() }));
    fc.assert(
      fc.property(asked, (tasks) => {
        const turns = tasks.flatMap(({ prompt, answer, isOver }, index) => [
          submit(`t${index}`, prompt),
          ...answer.map((piece) => tokens(`t${index}`, piece)),
          ...(isOver ? [settled(`t${index}`)] : []),
        ]);
        const again = readAgain(linesOf(turns));
        expect(again.map(({ prompt, answer }) => [{ ...none, ...prompt }, answer])).toEqual(
          tasks.map(({ prompt, answer }) => [partsOf(prompt), answer.join('')]),
        );
      }),
    );
  });

  it('when a key is typed, then only what it typed is written', () => {
    const prefix = 'const a = 1;\n'.repeat(1_000);
    const [first = '', second = ''] = linesOf([
      submit('t1', { kind: 'infill', prefix, suffix: '}', typed: 'i' }),
      submit('t2', { kind: 'infill', prefix, suffix: '}', typed: 'if' }),
    ]);
    expect(first.length).toBeGreaterThan(prefix.length);
    expect(second).toContain('"typed":{"like":"t1","same":1,"text":"f"}');
    expect(second.length).toBeLessThan(300);
  });

  it('when the user’s folder or a model’s path is in a prompt, then it is left out, and the rest is there', () => {
    const user = `cd ${folder}/work && run ${model} ${folder}`;
    const lines = linesOf([
      submit('t1', { kind: 'chat', user }),
      // What both begin with ends within the path.
      submit('t2', { kind: 'chat', user: user.replace('jsmith/work', 'jsmith/else') }),
    ]);
    expect(lines.join('')).not.toMatch(/jsmith|mnt/);
    expect(readAgain(lines).map(({ prompt }) => prompt?.user)).toEqual([
      'cd ~/work && run ghost.gguf ~',
      'cd ~/else && run ghost.gguf ~',
    ]);
  });

  it('when it is in an answer, then it is left out wherever the pieces part, also over the death of an engine', () => {
    const answer = `open('${folder}/a.ts', '${model}')`;
    for (let place = 0; place <= answer.length; place += 1) {
      const [head, tail] = [tokens('t1', answer.slice(0, place)), tokens('t1', answer.slice(place))];
      const lost: Turn = [{ kind: 'engineLost', reason: 'gone' }];
      for (const turns of [[head, tail], [head, lost, tail], [...answer].map((letter) => tokens('t1', letter))]) {
        const [again] = readAgain(linesOf([...turns, settled('t1')]));
        expect(again?.answer).toBe("open('~/a.ts', 'ghost.gguf')");
      }
    }
  });

  it('when an answer ends like the beginning of a path, then it has that, and the next one none of it', () => {
    const mixed = [tokens('t1', 'a /home'), tokens('t2', '/jsmith'), settled('t1'), tokens('t1', '/jsmith')];
    expect(readAgain(linesOf(mixed)).map((each) => each.answer)).toEqual(['a /home/jsmith', '/jsmith']);
  });

  it('when the folder is one of Windows, then it is left out as code and editors write it', () => {
    const user = String.raw`"C:\\Users\\jsmith\\a" C:/Users/jsmith/a c:\Users\jsmith`;
    const [line = ''] = linesOf([submit('t1', { kind: 'chat', user })], String.raw`C:\Users\jsmith`);
    expect(line).not.toContain('jsmith');
  });

  it('when there is no folder to be left out, then nothing is', () => {
    const lines = linesOf([submit('t1', { kind: 'chat', user: '/a/b' }), tokens('t1', '/'), tokens('t1', 'c')], '/');
    expect(readAgain(lines)).toMatchObject([{ prompt: { user: '/a/b' }, answer: '/c' }]);
  });

  it('when an answer goes on whose prompt came before, then it is there without it', () => {
    expect(readAgain(linesOf([tokens('t1', 'x'), tokens('t1', 'y')]))).toEqual([{ id: 't1', atMs: 0, answer: 'xy' }]);
  });

  it('when a part goes on from what is not there, then the line is named', () => {
    const part = { like: 't0', same: 3, text: 'x' };
    const damaged = { turns: [], texts: [{ atMs: 0, id: 't1', prompt: { kind: 'chat' as const, user: part } }] };
    expect(() => textsOf(damaged)).toThrow(LogError);
    expect(() => textsOf(damaged)).toThrow(/^Line 2 of the log is damaged: its user goes on/);
  });
});
