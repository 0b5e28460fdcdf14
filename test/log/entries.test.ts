/** The lines of a log by themselves: what stands in them of models and their folders. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../runtime/core/event.ts';
import type { PassReport } from '../../runtime/core/pass-report.ts';
import { TurnLines } from '../../runtime/log/entries.ts';
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
