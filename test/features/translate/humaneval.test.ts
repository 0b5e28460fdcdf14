/**
 * Assembly loses nothing: files of ten problems each, translated part by part by a model that is right about every part, pass all the
 * tests of their problems. A language whose tools are not on this machine is not run, and its test says so.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Models } from '../../../runtime/features/tasks.ts';
import { TranslateFeature } from '../../../runtime/features/text.ts';
import type { TargetLanguage, TextResultSaid as TextResult } from '../../../runtime/protocol.ts';
import { settingsOf } from '../../whole-settings.ts';
import { ScriptedTasks } from '../fakes.ts';
import { kitOf } from '../text-kit.ts';
import { files, type HumanLanguage, type Problem, sourceOf, translated, withTests } from './humaneval.ts';

const never = new AbortController().signal;
const settings = settingsOf({ model: 'exact', translate: { maxTokens: 640 } });
const models: Models = {
  describe: (id) => ({ name: id, demo: false }),
  choose: () => ({ id: 'exact', name: 'Exact', demo: false, chosen: true, contextTokens: 8_192 }),
};

/** One problem takes Boost's `any`, which few machines have; since C++17 it is the language's own. */
const boostAny = '#include <any>\nnamespace boost { using std::any; using std::any_cast; using std::bad_any_cast; }\n';

interface Route {
  readonly from: HumanLanguage;
  readonly to: HumanLanguage;
  readonly languageId: string;
  readonly target: TargetLanguage;
  readonly name: string;
  /** Programs that must be there. */
  readonly tools: readonly string[];
  readonly file: string;
  /** Commands that compile and run the file, one after the other. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
}

const routes: readonly Route[] = [
  {
    ...{ from: 'java', languageId: 'java', to: 'python', target: 'python', name: 'Python' },
    ...{ tools: ['python3'], file: 'all.py', commands: [['python3', 'all.py']] },
  },
  {
    ...{ from: 'python', languageId: 'python', to: 'java', target: 'java', name: 'Java' },
    ...{ tools: ['javac', 'java'], file: 'All.java' },
    commands: [
      ['javac', '-nowarn', '-J-XX:+UseSerialGC', 'All.java'],
      ['java', '-XX:+UseSerialGC', 'AllTests'],
    ],
  },
  {
    ...{ from: 'go', languageId: 'go', to: 'js', target: 'javascript', name: 'JavaScript' },
    ...{ tools: ['node'], file: 'all.cjs', commands: [['node', 'all.cjs']] },
  },
  {
    ...{ from: 'js', languageId: 'javascript', to: 'cpp', target: 'cpp', name: 'C++' },
    ...{ tools: ['g++'], file: 'all.cpp' },
    commands: [['g++', '-std=c++17', '-O0', '-w', '-I.', 'all.cpp', '-o', 'all'], ['./all']],
  },
];

function missing(tools: readonly string[]): string[] {
  return tools.filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error !== undefined);
}

async function translate(chosen: readonly Problem[], route: Route): Promise<{ result: TextResult; calls: number }> {
  const tasks = new ScriptedTasks(({ prompt }) => {
    const answer = translated(prompt.kind === 'chat' ? prompt.user : '', chosen, route.to);
    return { pieces: answer.match(/[\s\S]{1,40}/g) ?? [] };
  });
  const source = sourceOf(chosen, route.from);
  const document = TextDocument.create('file:///problems', route.languageId, 1, source);
  const request = { document, settings, receivedMs: 1_000, to: route.target };
  let streamed = '';
  const listener = {
    onText: (piece: string) => {
      streamed += piece;
    },
    onNote: () => undefined,
  };
  const result = await new TranslateFeature(kitOf(tasks, models)).run(request, listener, never);
  expect(streamed).toBe(result.text);
  return { result, calls: tasks.specs.length };
}

/** The numbers that it prints. @throws when a test fails */
async function run(text: string, { file, commands }: Route): Promise<number[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'punctual-humaneval-'));
  try {
    await writeFile(path.join(folder, file), text);
    await mkdir(path.join(folder, 'boost'));
    await writeFile(path.join(folder, 'boost', 'any.hpp'), boostAny);
    let printed = '';
    for (const [program, ...args] of commands) {
      printed = (await promisify(execFile)(program, args, { cwd: folder })).stdout;
    }
    return printed.trim().split('\n').map(Number);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.each(routes)('a file of ten problems in $from', (route) => {
  const absent = missing(route.tools);

  it.each(files.map((chosen, index) => ({ chosen, number: index + 1 })))(
    `when file $number is translated to ${route.name} part by part, then it stands in one piece`,
    async ({ chosen }) => {
      const { result, calls } = await translate(chosen, route);
      expect(calls).toBeGreaterThan(2);
      expect(result).toMatchObject({ end: 'stop', kept: true });
      // The grammar of C++ does not know the typeid of a type.
      const isBeyondGrammar = result.text.includes('typeid(int)');
      expect(result.notes).toEqual(isBeyondGrammar ? [expect.stringContaining("'int' was not expected")] : undefined);
    },
  );

  const why = absent.length > 0 ? ` (not run: ${absent.join(' and ')} not on this machine)` : '';
  it.skipIf(absent.length > 0).each(files.map((chosen, index) => ({ chosen, number: index + 1 })))(
    `when file $number is translated to ${route.name}, then it passes the tests of all its problems${why}`,
    async ({ chosen }) => {
      const { result } = await translate(chosen, route);
      const passed = await run(withTests(result.text, chosen, route.to), route);
      expect(passed).toEqual(chosen.map(({ id }) => id));
    },
    120_000,
  );
});
