import { describe, expect, it } from 'vitest';
import type { AnswerEnd } from '../../../runtime/features/completion/extent.ts';
import { Generation, lingerMs, type Waited } from '../../../runtime/features/completion/generation.ts';
import type { Verdict } from '../../../runtime/syntax/closing.ts';
import { ManualTimer } from '../../server/manual-timer.ts';
import { ManualTasks } from './manual-tasks.ts';

const never = new AbortController().signal;
const start = { before: 'let a', after: '\n' };
const typed = (text: string) => ({ before: `let a${text}`, after: '\n' });

function begun(hasTimer = true, end: Pick<AnswerEnd, 'judge' | 'lead'> = {}) {
  const tasks = new ManualTasks();
  const timer = new ManualTimer();
  const spec = {
    class: 'completion',
    sla: { kind: 'ttft', targetMs: 500 },
    arrivalMs: 0,
    model: 'm',
    prompt: { kind: 'infill', prefix: 'let a', suffix: '\n' },
    limits: { maxTokens: 8, stop: [] },
  } as const;
  const submit = tasks.submit.bind(tasks, spec);
  const generation = new Generation(start, submit, hasTimer ? timer.start : undefined, end);
  return { generation, timer, task: tasks.last };
}

function kindOf(waited: Promise<Waited>): Promise<Waited['kind']> {
  return waited.then(({ kind }) => kind);
}

describe('a generation', () => {
  it('when it ends, then all who wait have the answer, each with what was typed since', async () => {
    const { generation, task } = begun();
    const first = generation.wait(start, never);
    task.say(' =');
    const second = generation.wait(typed(' '), never);
    task.say(' 1;');
    task.end();
    expect(await first).toMatchObject({ kind: 'ended', typed: '', result: { text: ' = 1;' } });
    expect(await second).toMatchObject({ kind: 'ended', typed: ' ', result: { text: ' = 1;' } });
  });

  it('when somebody typed further than it has come, then he waits whether it comes to that', async () => {
    const { generation, task } = begun();
    const waiting = generation.wait(typed(' = '), never);
    task.say(' ');
    expect(task.outcome).toBeUndefined();
    task.say('= 1;');
    task.end();
    expect(await kindOf(waiting)).toBe('ended');
  });

  it('when what was typed contradicts it already, then he does not wait', async () => {
    const { generation, task } = begun();
    task.say(' = 1;');
    expect(await kindOf(generation.wait(typed('.'), never))).toBe('diverged');
  });

  it('when it goes another way than the only one who waits, then it is stopped in the same turn', async () => {
    const { generation, task } = begun();
    const waiting = generation.wait(typed(' ='), never);
    task.say(' +');
    expect(task.outcome).toEqual({ kind: 'cancelled', by: 'client' });
    expect(await kindOf(waiting)).toBe('diverged');
  });

  it('when it goes another way than one who waits, and somebody else agrees, then it goes on', async () => {
    const { generation, task } = begun();
    const first = generation.wait(start, never);
    const second = generation.wait(typed(' ='), never);
    task.say(' + 1');
    expect(await kindOf(second)).toBe('diverged');
    expect(task.outcome).toBeUndefined();
    task.end();
    expect(await kindOf(first)).toBe('ended');
  });

  it('when all of it was typed when it ends, then there is nothing left to wait for', async () => {
    const { generation, task } = begun();
    const waiting = generation.wait(typed(' = 1;'), never);
    task.say(' = 1;');
    task.end();
    expect(await kindOf(waiting)).toBe('diverged');
  });

  it('when nobody waits any more, then it goes on for a while, in which the next one finds it', async () => {
    const { generation, timer, task } = begun();
    const abort = new AbortController();
    const first = generation.wait(start, abort.signal);
    abort.abort();
    expect(await kindOf(first)).toBe('left');
    timer.advance(lingerMs - 1);
    const second = generation.wait(typed(' '), never);
    timer.advance(lingerMs);
    expect(task.outcome).toBeUndefined();
    task.say(' = 1;');
    task.end();
    expect(await kindOf(second)).toBe('ended');
    expect(timer.pending).toBe(0);
  });

  it('when nobody comes in that time, then it is stopped', async () => {
    const { generation, timer, task } = begun();
    const abort = new AbortController();
    const waiting = generation.wait(start, abort.signal);
    abort.abort();
    await waiting;
    timer.advance(lingerMs);
    expect(task.outcome).toEqual({ kind: 'cancelled', by: 'client' });
  });

  it('when there is no timer, then it ends with whom it was begun for', () => {
    const { generation, task } = begun(false);
    const abort = new AbortController();
    void generation.wait(start, abort.signal);
    abort.abort();
    expect(task.outcome).toEqual({ kind: 'cancelled', by: 'client' });
  });

  it.each([
    ['what it says is typed', 'let a =\n', true],
    ['what it says is typed, and a bracket is closed by the editor', 'let a = f()\n', true],
    ['something else is typed', 'let a +\n', false],
    ['something before it changes', 'set a\n', false],
    ['something behind it changes', 'let a\n\n', false],
  ])('when %s, then whether it goes on depends on that', (_, text, goesOn) => {
    const { generation, task } = begun();
    task.say(' = f(x)');
    generation.edited(text);
    expect(task.outcome === undefined).toBe(goesOn);
  });
});

/** Closed where the answer has its first `}`. */
class Judge {
  #text = '';
  isDeleted = false;
  push(piece: string): Verdict {
    this.#text += piece;
    return this.end();
  }
  end(): Verdict {
    const keep = this.#text.indexOf('}') + 1;
    return keep === 0 ? { kind: 'open' } : { kind: 'closed', keep };
  }
  delete(): void {
    this.isDeleted = true;
  }
}

describe('a generation of a block', () => {
  it('when the block closes, then the task is finished in the same turn, and nothing behind it is shown', async () => {
    const judge = new Judge();
    const { generation, task } = begun(true, { judge });
    const waiting = generation.wait(start, never);
    task.say(' {\n b');
    expect(task.outcome).toBeUndefined();
    task.say('();\n}\n\nfunc');
    expect(task.outcome).toEqual({ kind: 'finished', reason: 'stop' });
    expect(await waiting).toMatchObject({ kind: 'ended', result: { text: ' {\n b();\n}' } });
    expect(judge.isDeleted).toBe(true);
  });

  it('when tokens come after it has closed, then nobody hears of them', async () => {
    const { generation, task } = begun(true, { judge: new Judge() });
    const typing = generation.wait(typed(' {}'), never);
    task.say(' {');
    task.say('}');
    task.say(' else');
    expect(await kindOf(typing)).toBe('diverged');
    expect((await generation.done).text).toBe(' {}');
  });

  it('when the limit comes right behind the end of the block, then the block is whole', async () => {
    const { generation, task } = begun(true, { judge: new Judge() });
    task.say(' {}');
    task.end({ kind: 'finished', reason: 'length' });
    expect((await generation.done).outcome).toEqual({ kind: 'finished', reason: 'stop' });
  });

  it('when it begins with something, then that is typed or contradicted like the rest', async () => {
    const { generation, task } = begun(true, { judge: new Judge(), lead: '\n  ' });
    expect(await kindOf(generation.wait(typed('x'), never))).toBe('diverged');
    const waiting = generation.wait(typed('\n'), never);
    task.say('b();\n}');
    expect(await waiting).toMatchObject({ kind: 'ended', typed: '\n', result: { text: '\n  b();\n}' } });
  });

  it('when the same is said over and over, then it is finished, as if cut by a limit', async () => {
    const { generation, task } = begun(true, { judge: new Judge() });
    for (let time = 0; time < 30 && task.outcome === undefined; time += 1) task.say(' again();\n');
    const { text, outcome } = await generation.done;
    expect(outcome).toEqual({ kind: 'finished', reason: 'length' });
    expect(text.length).toBeLessThan(100);
  });

  it('when it is taken back, then its judge is freed', async () => {
    const judge = new Judge();
    const { generation } = begun(false, { judge });
    const abort = new AbortController();
    void generation.wait(start, abort.signal);
    abort.abort();
    expect((await generation.done).outcome.kind).toBe('cancelled');
    expect(judge.isDeleted).toBe(true);
  });
});
