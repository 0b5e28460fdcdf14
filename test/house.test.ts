/** The walls of the house, held by reading import lines. Each rule says in words what a file broke. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Rule {
  /** Files the rule is about: the start of the path from the root. */
  readonly files: string;
  /** Starts of the paths (of our own files) that such a file may import. */
  readonly mayImport: readonly string[];
  /** Packages that only such files may import are in `packageHomes`; here is why the rule stands. */
  readonly because: string;
}

/** How a sentence is made, which is pure and stands on nothing: for whoever says one. */
const sentences = 'runtime/core/sentence.ts';

/** The first rule whose `files` matches decides. */
const rules: readonly Rule[] = [
  {
    files: 'extension/',
    mayImport: ['extension/', 'runtime/protocol.ts', 'runtime/protocol/', 'runtime/client/', sentences],
    because:
      'the extension is thin: it knows the wire and how to reach the runtime, nothing of prompts, policies or models',
  },
  {
    files: 'media/dashboard/',
    mayImport: [
      'media/dashboard/',
      'runtime/protocol/dashboard.ts',
      'runtime/protocol/status.ts',
      'runtime/core/metrics.ts',
      'extension/dashboard-messages.ts',
      'extension/dashboard-strings.ts',
    ],
    because: 'the page folds and draws what it is told; what a kept promise is stands once, in the core',
  },
  { files: 'runtime/core/', mayImport: ['runtime/core/'], because: 'the core is pure and stands on nothing' },
  {
    files: 'runtime/protocol',
    mayImport: ['runtime/protocol/', sentences],
    because: 'the wire is read by everyone and so depends on no one',
  },
  {
    files: 'runtime/client/',
    mayImport: ['runtime/client/', 'runtime/protocol.ts', sentences],
    because: 'every client bundles it: it must not draw the runtime in',
  },
  {
    files: 'runtime/engine/',
    mayImport: ['runtime/engine/', 'runtime/core/'],
    because: 'an engine knows passes and sequences, not clients or features',
  },
  {
    files: 'runtime/disk/',
    mayImport: ['runtime/disk/'],
    because: 'what writes small files knows nothing of what is in them',
  },
  { files: 'runtime/admission.ts', mayImport: [], because: 'whom a door lets in depends on no door' },
  {
    files: 'runtime/models/',
    mayImport: [
      'runtime/models/',
      'runtime/disk/',
      'runtime/core/task.ts',
      sentences,
      'runtime/core/estimate.ts',
      'runtime/engine/engine.ts',
      'runtime/engine/cost-model-schema.ts',
      'runtime/features/tasks.ts',
    ],
    because: 'models are data about files',
  },
  {
    files: 'runtime/host/',
    mayImport: [
      'runtime/host/',
      'runtime/disk/',
      'runtime/models/fit/',
      'runtime/core/task.ts',
      'runtime/core/residency/learned.ts',
    ],
    because: 'what is known of the machine and done to it depends on no one who uses it',
  },
  {
    files: 'runtime/syntax/',
    mayImport: ['runtime/syntax/'],
    because: 'what a text says in its language depends on no one who asks',
  },
  {
    files: 'runtime/features/',
    mayImport: [
      'runtime/features/',
      'runtime/protocol.ts',
      'runtime/core/task.ts',
      sentences,
      'runtime/core/workflow',
      'runtime/core/estimate.ts',
      'runtime/core/lengths.ts',
      'runtime/syntax/',
    ],
    because:
      'a feature builds tasks and workflows and shapes results; who runs tasks is an interface (features/tasks.ts)',
  },
  {
    files: 'runtime/residence.ts',
    mayImport: [
      'runtime/core/',
      'runtime/host/',
      'runtime/engine/engine.ts',
      'runtime/loop/moves.ts',
      'runtime/models/sizes.ts',
    ],
    because: 'it gathers what is known for decisions about resident models',
  },
  {
    files: 'runtime/loop',
    mayImport: ['runtime/loop', 'runtime/core/', 'runtime/engine/engine.ts', 'runtime/features/tasks.ts'],
    because: 'the loop performs effects on ports, never on implementations',
  },
  {
    files: 'runtime/log/',
    mayImport: ['runtime/log/', 'runtime/core/', 'runtime/engine/cost-model-schema.ts'],
    because: 'a log is events and effects on their way through a file',
  },
  {
    files: 'runtime/diagnose/',
    mayImport: [
      'runtime/diagnose/',
      'runtime/client/places.ts',
      'runtime/protocol.ts',
      'runtime/core/task.ts',
      sentences,
      'runtime/features/tasks.ts',
    ],
    because: 'a diagnosis asks whoever knows, through what it is given',
  },
  {
    files: 'runtime/observe/',
    mayImport: [
      'runtime/observe/',
      'runtime/admission.ts',
      'runtime/protocol.ts',
      'runtime/client/log-files.ts',
      'runtime/core/',
      'runtime/loop/status.ts',
      'runtime/loop/turns.ts',
    ],
    because: 'it tells of what happened in words of others, and decides nothing',
  },
  {
    files: 'runtime/server/',
    mayImport: [
      'runtime/server/',
      'runtime/admission.ts',
      'runtime/disk/',
      'runtime/client/',
      'runtime/protocol.ts',
      'runtime/core/',
      'runtime/loop',
      'runtime/log/entries.ts',
      'runtime/features/',
      'runtime/models/',
      'runtime/diagnose/',
    ],
    because: 'the server carries messages to features',
  },
  {
    files: 'runtime/cli/',
    mayImport: ['runtime/cli/', 'runtime/client/', 'runtime/protocol.ts', 'runtime/core/', 'runtime/log/'],
    because: 'the command line is a client like any other, which reads logs',
  },
  { files: 'runtime/bench/', mayImport: ['runtime/', 'test/gguf/'], because: 'a bench measures whatever it likes' },
  {
    files: 'runtime/soak/',
    mayImport: ['runtime/'],
    because: 'a soak runs the product as it is and looks into it from everywhere',
  },
  { files: 'runtime/eval/', mayImport: ['runtime/'], because: 'an eval asks the product as it is' },
  { files: 'runtime/fuzz/', mayImport: ['runtime/'], because: 'the fuzzer spoils whatever comes from outside' },
  { files: 'runtime/main', mayImport: ['runtime/'], because: 'the composition root builds everything' },
  {
    files: 'test/',
    mayImport: ['test/', 'runtime/', 'extension/', 'media/dashboard/'],
    because: 'tests look everywhere',
  },
];

/** Packages that have one home. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  '@opentelemetry': ['runtime/observe/'],
  'node-llama-cpp': ['runtime/engine/llama/', 'runtime/bench/', 'runtime/eval/', 'test/'],
  'web-tree-sitter': ['runtime/syntax/'],
  vscode: ['extension/', 'test/vscode/'],
  'vscode-languageclient': ['extension/'],
  'vscode-languageserver': ['runtime/server/'],
};

const linesMax = 300;

const root = path.resolve(import.meta.dirname, '..');

interface Source {
  readonly file: string;
  readonly text: string;
}

function sources(...folders: string[]): Source[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        path.posix.join(folder, name.replaceAll(path.sep, '/')),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules/'))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
}

/** What a package does not export is named by where it lies, and is the package's all the same. */
function importsOf({ text }: Source): string[] {
  return [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm,
    ),
  ]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .map((name) => name.replace(/^(\.\.\/)+node_modules\//, ''));
}

function broken(source: Source): string[] {
  const rule = rules.find(({ files }) => source.file.startsWith(files));
  if (!rule) return [`${source.file} has no rule: say in test/house.test.ts what it may import`];
  return importsOf(source).flatMap((name) => {
    if (name.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(source.file), name);
      return rule.mayImport.some((allowed) => target.startsWith(allowed))
        ? []
        : [`${source.file} imports ${target}, but ${rule.because}`];
    }
    const home = Object.entries(packageHomes).find(([pkg]) => name === pkg || name.startsWith(`${pkg}/`));
    const strays = home !== undefined && !home[1].some((place) => source.file.startsWith(place));
    if (strays) return [`${source.file} imports ${name}, which belongs to ${home[1].join(', ')} alone`];
    return rule.files === 'runtime/core/' ? [`${source.file} imports the package ${name}, but ${rule.because}`] : [];
  });
}

describe('the house', () => {
  const code = sources('extension', 'media/dashboard', 'runtime', 'test');

  it('when a file imports another, then the table of the house allows it', () => {
    expect(code.flatMap(broken)).toEqual([]);
  });

  it('when the rules are put to a file that breaks them, then they say which', () => {
    expect(
      broken({ file: 'runtime/core/x.ts', text: "import fs from 'node:fs';\nimport { Loop } from '../loop.ts';" }),
    ).toEqual([
      'runtime/core/x.ts imports the package node:fs, but the core is pure and stands on nothing',
      'runtime/core/x.ts imports runtime/loop.ts, but the core is pure and stands on nothing',
    ]);
    expect(broken({ file: 'runtime/cli/x.ts', text: "const llama = await import('node-llama-cpp');" })).toHaveLength(1);
    const inside = "import { Llama } from '../../node_modules/node-llama-cpp/dist/bindings/Llama.js';";
    expect(broken({ file: 'runtime/cli/x.ts', text: inside })).toHaveLength(1);
    expect(broken({ file: 'elsewhere/x.ts', text: '' })).toEqual([
      'elsewhere/x.ts has no rule: say in test/house.test.ts what it may import',
    ]);
  });

  const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const core = code.filter(({ file }) => file.startsWith('runtime/core/'));
  const coreWith = (words: RegExp) =>
    core.filter(({ text }) => words.test(withoutComments(text))).map(({ file }) => file);

  it('when the core tells the time, then it was told it', () => {
    const impure =
      /\b(Date\b|Math\.random|setTimeout|setInterval|setImmediate|process\.|performance\b|Promise\b|async\b|await\b)/;
    expect(coreWith(impure)).toEqual([]);
  });

  it('when the core computes, then with nothing that another version of Node computes otherwise', () => {
    // See core/power.ts; whole powers of two are exact.
    const varying = /(?<!\b2 )\*\*|Math\.(?:pow|sinh?|cosh?|tanh?|asinh?|acosh?|atanh?|atan2|hypot)\b|Intl\b|toLocale/;
    expect(coreWith(varying)).toEqual([]);
    expect(varying.test('const b = a ** 2;')).toBe(true);
    expect(varying.test('const b = 2 ** bits;')).toBe(false);
  });

  it(`when a file grows beyond ${linesMax} lines, then it is more than one thing`, () => {
    const long = code
      .filter(({ text }) => text.split('\n').length > linesMax + 1)
      .map(({ file, text }) => `${file}: ${text.split('\n').length} lines`);
    expect(long).toEqual([]);
  });

  it('when a file names a place, then the place is inside the project', () => {
    // Spelled in two parts, so that this line is not its own finding.
    const outside = ['../', 'shared/'].join('');
    expect(code.filter(({ text }) => text.includes(outside)).map(({ file }) => file)).toEqual([]);
  });
});
