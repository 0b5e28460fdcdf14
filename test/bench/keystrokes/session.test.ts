/** A session with tasks whose answers are made up, on a clock that never waits. */
import { describe, expect, it } from 'vitest';
import { SkippingClock } from '../../../runtime/bench/keystrokes/clock.ts';
import { type Asked, Session, standsInside } from '../../../runtime/bench/keystrokes/session.ts';
import { WatchedTasks } from '../../../runtime/bench/keystrokes/watched-tasks.ts';
import { EditingTrace, type RawTrace } from '../../../runtime/bench/replay/editing-trace.ts';
import { editorWaitMs } from '../../../runtime/bench/typing/play.ts';
import { CompletionFeature } from '../../../runtime/features/completion/index.ts';
import { chosenSettings, models, type Script, ScriptedTasks } from '../../features/fakes.ts';

const time = '2020-01-01T00:00:00.000Z';
const start = 'fn main() {\n    let a\n}\n';
const cursor = start.indexOf('\n}');

/** Each text is typed at the cursor, so many ms after the one before. */
async function played(
  typed: readonly (readonly [afterMs: number, text: string])[],
  script: Script,
): Promise<readonly Asked[]> {
  const clock: SkippingClock = new SkippingClock(
    () => 0,
    () => tasks.live > 0,
  );
  const scripted = new ScriptedTasks(() => script);
  scripted.now = () => clock.now();
  const tasks: WatchedTasks = new WatchedTasks(scripted);
  let position = cursor;
  let atMs = 0;
  const txns: RawTrace['txns'][number][] = [{ time, patches: [[0, 0, start]] }];
  const edits = typed.map(([afterMs, text], index) => {
    txns.push({ time, patches: [[position, 0, text]] });
    position += text.length;
    atMs += afterMs;
    return { atMs, first: index, end: index + 1 };
  });
  const editing = new EditingTrace({ startContent: '', endContent: '', txns });
  const timer = clock.timer.bind(clock);
  const completion = new CompletionFeature(tasks, models, [], { timer });
  const options = { name: 's', editing, from: 0, edits, completion, tasks, clock, settings: chosenSettings };
  return await new Session(options).play();
}

const slow = editorWaitMs + 100;

describe('a session of keystrokes', () => {
  it('when edits come one by one, then each is asked about with what it put in', async () => {
    const asked = await played(
      [
        [0, ' '],
        [slow, '='],
        [slow, ' 1'],
      ],
      { pieces: ['9;'] },
    );
    expect(asked.map(({ inserted, from }) => [inserted, from])).toEqual([
      [' ', 'generated'],
      ['=', 'generated'],
      [' 1', 'generated'],
    ]);
    expect(asked.every(({ isShown, prefills }) => isShown && prefills.length === 1)).toBe(true);
  });

  it('when the next edit comes before the editor asks, then only the last one is asked about, with both', async () => {
    const asked = await played(
      [
        [0, ' '],
        [editorWaitMs - 1, '='],
      ],
      { pieces: ['9;'] },
    );
    expect(asked.map(({ inserted }) => inserted)).toEqual([' =']);
  });

  it('when what is typed was suggested, then nothing is asked of the engine', async () => {
    const asked = await played(
      [
        [0, ' '],
        [slow, '='],
      ],
      { pieces: ['= 1;'] },
    );
    expect(asked.map(({ from, prefills }) => [from, prefills.length])).toEqual([
      ['generated', 1],
      ['typed', 0],
    ]);
  });
});

describe('a cursor inside what was typed', () => {
  const prompt = { kind: 'infill', prefix: 'fn a() {\n', suffix: '\n}\n', typed: '' } as const;
  const at = (marked: string): boolean => standsInside(prompt, 2, marked.replace('|', ''), marked.indexOf('|'));

  it.each([
    ['at its end', 'fn a() {\n  b|\n}\n', true],
    ['inside it', 'fn a() {\n  f(|x)\n}\n', true],
    ['in the lines that stood there', 'fn a() {\n |b\n}\n', false],
    ['before it', 'fn |a() {\n  b\n}\n', false],
    ['behind it', 'fn a() {\n  b\n}\n|', false],
    ['too far from its end', `fn a() {\n|${'x'.repeat(2_000)}\n}\n`, false],
  ])('when it stands %s, then that is told', (_, marked, isInside) => {
    expect(at(marked)).toBe(isInside);
  });
});
