import { describe, expect, it } from 'vitest';
import { Generation, lingerMs, type Waited } from '../../../runtime/features/completion/generation.ts';
import { ManualTimer } from '../../server/manual-timer.ts';
import { ManualTasks } from './manual-tasks.ts';

const never = new AbortController().signal;
const start = { before: 'let a', after: '\n' };
const typed = (text: string) => ({ before: `let a${text}`, after: '\n' });

function begun(hasTimer = true) {
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
  const generation = new Generation(start, submit, hasTimer ? timer.start : undefined);
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
