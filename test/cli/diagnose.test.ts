/** `punctual diagnose` on the real runtime with the embedded model: what it finds is what is there. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsText, promisesText } from '../../runtime/cli/diagnose.ts';
import { calibrateResultSchema, diagnoseResultSchema } from '../../runtime/protocol.ts';
import { Program } from './program.ts';

let program: Program;
beforeAll(async () => {
  program = await Program.prepare();
});
afterAll(() => program.dispose());

describe('punctual diagnose', () => {
  it('when everything is there, then each part is found, timed, and nothing names a folder of the user', async () => {
    const { out, err } = await program.run('diagnose', '--json');
    expect(err).toBe('');
    const { findings, facts, markdown } = diagnoseResultSchema.parse(JSON.parse(out));
    const levels = Object.fromEntries(findings.map(({ id, level }) => [id, level]));
    expect(levels).toMatchObject({ runtime: 'ok', engine: 'ok', disk: expect.any(String) });
    expect(levels).toMatchObject({ 'model-completion-summarize-translate': 'note' });
    const [model] = facts['models'] as [{ timed: { count: number; promptTokens: number }; loadMs: number }];
    expect(model.timed).toMatchObject({
      count: 5,
      promptTokens: expect.any(Number),
      tokensPerSecond: expect.any(Number),
    });
    expect(model.timed.promptTokens).toBeGreaterThan(300);
    expect(model.loadMs).toBeGreaterThan(0);
    expect(facts['engine']).toMatchObject({
      isRunning: true,
      llamaCpp: expect.any(String),
      library: expect.any(String),
    });
    for (const text of [out, markdown]) expect(text).not.toContain(program.folder);
  });

  it('when a model cannot be loaded, then that is a problem with its cause, and the command fails', async () => {
    const file = path.join(program.folder, 'broken.gguf');
    await writeFile(file, 'GGUF, and then nothing of the kind');
    const { code, out } = await program.run('diagnose', '--model', file, '--json');
    const { findings } = diagnoseResultSchema.parse(JSON.parse(out));
    const problems = findings.filter(({ level }) => level === 'problem');
    expect(code).toBe(1);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ action }) => action?.remedy === 'models')).toBe(true);
    expect(out).not.toContain(program.folder);
  });

  it('when promises are calibrated, then it says for each class what can be kept and how that was measured', async () => {
    const { code, out } = await program.run('diagnose', '--calibrate', '--json');
    const { classes, problems } = calibrateResultSchema.parse(JSON.parse(out));
    expect({ code, problems }).toEqual({ code: 0, problems: [] });
    expect(classes.map(({ class: name, kind, samples }) => [name, kind, samples])).toEqual([
      ['completion', 'ttft', 20],
      ['summarize', 'e2e', 0],
      ['translate', 'e2e', 0],
    ]);
    for (const { canKeepMs, p95Ms = 0 } of classes) expect(canKeepMs).toBeGreaterThanOrEqual(Math.min(2_000, p95Ms));
  });
});

describe('what it prints', () => {
  it('when there is something to do, then it stands below, as a command where there is one', () => {
    const action = { title: 'Choose a model', remedy: 'models', shell: 'punctual models list' } as const;
    const findings = [
      { id: 'a', level: 'problem', title: 'It is gone.', detail: 'Since today.', action },
      { id: 'b', level: 'ok', title: 'It runs.', detail: 'As ever.' },
    ] as const;
    expect(findingsText({ findings: [...findings] })).toBe(
      'PROBLEM  It is gone.\n         Since today.\n         → punctual models list\nok       It runs.\n',
    );
  });

  it('when nothing could be measured, then why is said', () => {
    expect(promisesText({ classes: [], problems: ['No model.'] })).toBe('No model.\n');
  });
});
