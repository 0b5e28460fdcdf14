/** The lines of a log by themselves: what stands in them of models and their folders. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import type { PassReport } from '../../runtime/core/pass-report.ts';
import type { Task } from '../../runtime/core/task.ts';
import { documentsMax, type LoggedTask, TurnLines } from '../../runtime/log/entries.ts';
import { parseTurn } from '../../runtime/log/format.ts';

const pass = (model: string): PassReport => ({
  ...{ model, kind: 'decode', tokens: 1, sequences: 1, contextTokens: 100, wallMs: 12.5 },
});

function eventsOf(...events: Event[]): Readonly<Record<string, unknown>>[] {
  const lines = new TurnLines('/home/jsmith');
  return events.map((event, index) => {
    const line = lines.lineOf(index, event, []);
    expect(line).toMatch(/^\{"atMs":\d.*\}\n$/);
    expect(line).not.toContain('jsmith');
    return parseTurn(JSON.parse(line)).event;
  });
}

describe('a line', () => {
  it('when it is of tokens, then it has how many, and none of them', () => {
    const [event] = eventsOf({ kind: 'tokens', id: 't1', tokens: [7, 8, 9], text: 'jsmith' });
    expect(event).toEqual({ kind: 'tokens', id: 't1', count: 3 });
  });

  it('when it is of a pass, then the model goes by the name that it has elsewhere', () => {
    const model = '/home/jsmith/ghost.gguf';
    const [passed, wanted] = eventsOf({ kind: 'pass', pass: pass(model) }, { kind: 'wanted', model });
    expect(passed).toEqual({ kind: 'pass', pass: pass('ghost.gguf') });
    expect(wanted).toEqual({ kind: 'wanted', model: 'ghost.gguf' });
  });

  it.each(['$&.gguf', '"quoted".gguf', 'späße.gguf'])('when a file is called %s, then that is its name', (name) => {
    const model = `/home/jsmith/${name}`;
    const [wanted, passed] = eventsOf({ kind: 'wanted', model }, { kind: 'pass', pass: pass(model) });
    expect(wanted).toMatchObject({ model: name });
    expect(passed).toMatchObject({ pass: { model: name } });
  });

  it('when two files are of one name, then each keeps one of its own', () => {
    const models = ['/home/jsmith/a/ghost.gguf', '/home/jsmith/b/ghost.gguf'];
    const wanted = models.map((model): Event => ({ kind: 'wanted', model }));
    const names = eventsOf(...wanted, ...wanted).map((event) => event['model']);
    expect(new Set(names).size).toBe(2);
    expect(names.slice(2)).toEqual(names.slice(0, 2));
  });
});

describe('the numbers of documents', () => {
  const lines = new TurnLines('/home/jsmith');
  const numberOf = (supersedeKey: string): unknown => {
    const task: Task = {
      ...{ id: supersedeKey, model: 'm', class: 'completion', arrivalMs: 0, supersedeKey },
      sla: { kind: 'ttft', targetMs: 500 },
      limits: { maxTokens: 1, stop: [] },
      prompt: { kind: 'infill', prefix: 'x', suffix: '' },
    };
    const settled = { kind: 'settle', id: supersedeKey, outcome: { kind: 'cancelled', by: 'client' } } as const;
    const { event } = parseTurn(JSON.parse(lines.lineOf(0, { kind: 'submit', task }, [settled])));
    return (event['task'] as LoggedTask).document;
  };

  it('when a document comes again, then it has its number, and after very many others it is a new one', () => {
    expect([numberOf('a'), numberOf('b'), numberOf('a')]).toEqual(['d1', 'd2', 'd1']);
    for (let index = 0; index < documentsMax - 1; index += 1) numberOf(`other ${index}`);
    expect(numberOf('a')).toBe('d1');
    expect(numberOf('b')).toBe(`d${documentsMax + 2}`);
  });
});
