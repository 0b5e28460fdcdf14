import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeatureError } from '../../../runtime/features/errors.ts';
import { Prompts } from '../../../runtime/features/prompts/library.ts';
import { promptsFolder } from '../text-kit.ts';

const own = `---
task: summarize
version: 2
class: summarize
role: summarize
sla: e2e
answer: prose
maxTokens: 100
demoTokens: 20
---
In one sentence: {{code}}
`;

let folder: string;
let workspace: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-prompts-'));
  workspace = path.join(folder, 'workspace');
  await mkdir(path.join(workspace, '.punctual', 'prompts'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const prompts = new Prompts(promptsFolder);
const fileOf = (name: string): string => path.join(workspace, '.punctual', 'prompts', name);

describe('prompts of a workspace', () => {
  it('when the workspace is trusted and has one, then it counts, and an edit of it at once', async () => {
    await writeFile(fileOf('summarize.md'), own);
    expect(await prompts.take('summarize', workspace)).toMatchObject({ prompt: { version: 2 } });
    await writeFile(fileOf('summarize.md'), own.replace('version: 2', 'version: 3'));
    expect(await prompts.take('summarize', workspace)).toMatchObject({ prompt: { version: 3 } });
  });

  it('when no workspace is trusted, or it has none, then the shipped one counts and nothing is said', async () => {
    await writeFile(fileOf('summarize.md'), own);
    expect(await prompts.take('summarize')).toEqual({ prompt: expect.objectContaining({ version: 1 }) });
    expect(await prompts.take('translate', workspace)).toEqual({ prompt: expect.objectContaining({ version: 1 }) });
  });

  it('when it cannot be used, then a sentence says why and the shipped one counts', async () => {
    await writeFile(fileOf('summarize.md'), 'Say something.');
    const taken = await prompts.take('summarize', workspace);
    expect(taken.prompt.version).toBe(1);
    expect(taken.problem).toMatch(/^The workspace's own prompt .*summarize\.md is not used: it does not begin .*\.$/);
  });

  it('when it is larger than a prompt may be, then it is not read', async () => {
    await writeFile(fileOf('summarize.md'), own + 'x'.repeat(16 * 1024));
    const taken = await prompts.take('summarize', workspace);
    expect([taken.prompt.version, taken.problem]).toEqual([1, expect.stringContaining('at most 16384 are read')]);
  });

  it('when it is a folder, then it is not read', async () => {
    await mkdir(fileOf('summarize.md'));
    expect((await prompts.take('summarize', workspace)).problem).toContain('it is not a file');
  });

  it('when a link leads out of the workspace, then it is not followed', async () => {
    await writeFile(path.join(folder, 'outside.md'), own);
    await symlink(path.join(folder, 'outside.md'), fileOf('summarize.md'));
    const taken = await prompts.take('summarize', workspace);
    expect([taken.prompt.version, taken.problem]).toEqual([1, expect.stringContaining('outside of the workspace')]);
  });
});

describe('shipped prompts', () => {
  it('when one is gone, then a sentence says what to do, and once it is back it is used', async () => {
    const damaged = new Prompts(folder);
    await expect(damaged.take('summarize')).rejects.toThrow(FeatureError);
    await expect(damaged.take('summarize')).rejects.toThrow('install Punctual once more');
    await writeFile(path.join(folder, 'summarize.md'), own);
    expect((await damaged.take('summarize')).prompt.version).toBe(2);
  });
});
