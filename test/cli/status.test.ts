/** What `punctual status` prints. */
import { describe, expect, it } from 'vitest';
import { painter, printer, repeat } from '../../runtime/cli/status.ts';
import { statusTable } from '../../runtime/cli/status-table.ts';
import type { Status } from '../../runtime/protocol.ts';

const status: Status = {
  version: '1.2.3',
  pid: 42,
  engineRestarts: 0,
  uptimeMs: 1_000,
  clients: 2,
  windowMs: 300_000,
  classes: [
    {
      class: 'completion',
      sla: { kind: 'ttft', targetMs: 250 },
      running: 1,
      waiting: 0,
      finished: 4,
      kept: 3,
      decided: 4,
      superseded: 0,
      cancelled: 0,
      failed: 0,
      ttftMs: { p50: 100, p95: 240 },
    },
  ],
  models: [{ id: 'm', name: 'Tiny', demo: true, state: 'ready', memoryBytes: 5_000_000 }],
};

const linesOf = (current: Status): string[] => statusTable(current).split('\n');

describe('the printed status', () => {
  it('when nothing was predicted yet, then nothing is said of errors', () => {
    expect(linesOf(status)).toEqual([
      '               promised     p50     p95    kept  running  waiting',
      'completion  TTFT 250 ms  100 ms  240 ms  3 of 4        1        0',
      'p50, p95: half, and 95 %, of the answers of the last 5 minutes took at most so long, to the first token (TTFT) or to the end (E2E).',
      '',
      'Tiny: ready, 5 MB',
      'runtime 1.2.3, process 42, 2 clients, 0 engine restarts',
      '',
    ]);
  });

  it('when answers take several calls, then it is told where each of them is', () => {
    const stage = (label: string, state: 'waiting' | 'running' | 'done' | 'left out') => ({ label, state });
    const stages = [
      stage('part 1', 'done'),
      stage('part 2', 'running'),
      stage('part 3', 'running'),
      stage('the whole', 'left out'),
    ];
    const workflow = {
      class: 'summarize',
      title: 'Summarizing a.ts',
      elapsedMs: 3_140,
      targetMs: 10_000,
      stages,
    } as const;
    expect(linesOf({ ...status, workflows: [workflow] }).slice(3, 6)).toEqual([
      '',
      'Summarizing a.ts: 3.1 of 10.0 s, 1 of 4 calls done, under way: part 2; part 3, left out: the whole',
      '',
    ]);
  });

  it('when models were loaded or files read ahead, then it is told what that was worth', () => {
    const loads = { begun: 12, used: 9, wasted: 2, wastedMs: 8_440 };
    const reads = { bytesRead: 41.2e9, bytesUsed: 30e9, cpuMs: 12_300 };
    const none = { begun: 0, used: 0, wasted: 0, wastedMs: 0 };
    const read = 'files read ahead: 41.2 GB, of which loads found 30.0 GB in memory (at most 12.3 s of a processor)';
    expect(linesOf({ ...status, ahead: { loads, reads } }).slice(4, 7)).toEqual([
      'models loaded ahead: 12, of which 9 were used and 2 left unused (8.4 s of loading wasted)',
      read,
      '',
    ]);
    expect(linesOf({ ...status, ahead: { loads: none, reads } }).slice(4, 6)).toEqual([read, '']);
  });

  it('when the user has pinned a model, then its line says so; that of the completion model need not', () => {
    const [tiny] = status.models;
    if (tiny === undefined) throw new Error('there is a model');
    const lineOf = (pinned: 'user' | 'completion') => linesOf({ ...status, models: [{ ...tiny, pinned }] })[4];
    expect([lineOf('user'), lineOf('completion')]).toEqual(['Tiny: ready, pinned, 5 MB', 'Tiny: ready, 5 MB']);
  });

  it('when suggestions were shown, then it is told what became of them', () => {
    const outcomes = { shown: 10, accepted: 3, partly: 1, rejected: 5, retained: 3, lost: 1 };
    expect(linesOf({ ...status, outcomes }).slice(4, 6)).toEqual([
      '10 suggestions shown, 30 % taken, 10 % in part; 75 % of what was taken was still there after 30 s',
      '',
    ]);
    const none = { shown: 0, accepted: 0, partly: 0, rejected: 0, retained: 0, lost: 0 };
    expect(linesOf({ ...status, outcomes: none })).toEqual(linesOf(status));
  });

  it('when many calls are under way, then the first of them are named and the others counted', () => {
    const stages = [1, 2, 3, 4, 5].map((part) => ({ label: `part ${part}`, state: 'running' as const }));
    const workflow = {
      class: 'translate',
      title: 'Translating a.ts to Go',
      elapsedMs: 0,
      targetMs: 10_000,
      stages,
    } as const;
    expect(linesOf({ ...status, workflows: [workflow] })[4]).toBe(
      'Translating a.ts to Go: 0.0 of 10.0 s, 0 of 5 calls done, under way: part 1; part 2; part 3; 2 more',
    );
  });

  it('when suggestions were made, then it is told where they came from', () => {
    const of = (suggestions: Status['suggestions']) => linesOf({ ...status, suggestions }).slice(3, 6);
    expect(of({ typed: 9, cache: 3, joined: 2, generated: 12 })).toEqual([
      '',
      'suggestions since the runtime began: 12 generated, 2 joined while they were, 3 kept from before, 9 as typed',
      '',
    ]);
    expect(of({ typed: 0, cache: 0, joined: 0, generated: 0 })).toEqual([
      '',
      'Tiny: ready, 5 MB',
      'runtime 1.2.3, process 42, 2 clients, 0 engine restarts',
    ]);
  });

  it('when predictions could be compared, then median and p90 are told for each class and model', () => {
    const [completion] = status.classes;
    const [model] = status.models;
    if (!completion || !model) throw new Error('both are above');
    const lines = linesOf({
      ...status,
      classes: [
        {
          ...completion,
          ttftError: { p50: 0.084, p90: 0.31, samples: 40 },
          e2eError: { p50: 0.1, p90: 0.2, samples: 38 },
        },
      ],
      models: [{ ...model, decodeError: { p50: 0.02, p90: 0.05, samples: 128 } }],
    });
    expect(lines.slice(4, 8)).toEqual([
      'Predicted times were off by (half of them by less; p90: nine of ten by less; of the latest N tasks or passes)',
      '  completion: TTFT 8 % (p90 31 %, of 40); E2E 10 % (p90 20 %, of 38)',
      '  Tiny: decode passes 2 % (p90 5 %, of 128)',
      '',
    ]);
  });

  it('when tasks failed or were refused, then each has a column, and only then', () => {
    const [completion] = status.classes;
    if (!completion) throw new Error('it is above');
    const headOf = (changes: Partial<typeof completion>): (string | undefined)[] =>
      linesOf({ ...status, classes: [{ ...completion, ...changes }] })
        .slice(0, 2)
        .map((line) => line.slice(47));
    expect(headOf({ failed: 2 })).toEqual(['  failed  running  waiting', '       2        1        0']);
    expect(headOf({ refused: 3 })).toEqual(['  refused  running  waiting', '        3        1        0']);
  });

  it('when a model is ready, loading or failed, then what is known of it is told, and where the runtime listens', () => {
    const speed = { prefillTokensPerSecond: 3_400.4, decodeTokensPerSecond: 9.46 };
    const facts = { memoryBytes: 5_000_000, sequences: 4, contextTokens: 2_048, device: 'a processor', speed };
    const models: Status['models'] = [
      { id: 'm', name: 'Tiny', demo: true, state: 'ready', ...facts },
      { id: 'n', name: 'Large', demo: false, state: 'loading', progress: 0.42 },
      { id: 'o', name: 'Broken', demo: false, state: 'failed', error: 'The file is gone.' },
    ];
    const problems = ["PUNCTUAL_GPU is 'nvidia', so the processor computes."];
    expect(
      statusTable({ ...status, models, problems }, 4_242)
        .split('\n')
        .slice(4),
    ).toEqual([
      'Tiny: ready, 5 MB, 4 sequences, context of 2048 tokens, on a processor, prefill 3400, decode 9.5 tokens/s',
      'Large: loading, 42 %',
      'Broken: failed: The file is gone.',
      'runtime 1.2.3, process 42, port 4242, 2 clients, 0 engine restarts',
      "PUNCTUAL_GPU is 'nvidia', so the processor computes.",
      '',
    ]);
  });
});

describe('the status that is watched', () => {
  const texts = ['a\nb\n', 'a\nb\n', 'c\n'];

  async function watched(make: (out: (text: string) => void) => (text: string) => void): Promise<string[]> {
    const shown: string[] = [];
    let count = 0;
    const pause = async (): Promise<void> => {
      if (++count === texts.length) throw new Error('enough');
    };
    const next = async (): Promise<string> => texts[count] ?? '';
    await expect(
      repeat(
        next,
        make((text) => shown.push(text)),
        pause,
      ),
    ).rejects.toThrow('enough');
    return shown;
  }

  it('when there is a terminal, then each picture is painted over the last one', async () => {
    const [a, c] = ['\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J', '\x1b[Hc\x1b[K\n\x1b[J'];
    expect(await watched(painter)).toEqual([`\x1b[2J${a}`, a, c]);
  });

  it('when there is none, then plain lines come, and only when they are new', async () => {
    expect(await watched(printer)).toEqual(['a\nb\n', 'c\n']);
  });
});
