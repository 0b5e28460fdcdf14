/** What must stand nowhere in what is shipped, held by reading it: shells, code made of text, doors to the network. SECURITY.md says why. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../runtime/engine/llama/child.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Benches, evals, the soak and the fuzzer stay here. */
const isShipped = (file: string): boolean => !/^runtime\/(bench|eval|fuzz|soak)\//.test(file);

const sources = ['extension', 'runtime'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, ...name.split(path.sep)))
    .filter((file) => file.endsWith('.ts') && isShipped(file))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') })),
);

function where(pattern: RegExp): readonly string[] {
  return sources
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file)
    .sort();
}

describe('what is shipped', () => {
  it('when it is read, then there is something to read', () => {
    expect(sources.length).toBeGreaterThan(200);
  });

  it.each<[string, RegExp]>([
    ['a shell', /from 'node:child_process'[\s\S]*\bshell:|[^.\w](exec|execSync)\(/],
    ['code made of text', /\beval\(|new Function\(|node:vm/],
    ['a header that lets web pages in', /access-control-allow/i],
    ['a server that says not where it listens', /[sS]erver\.listen\((?![^)]*'127\.0\.0\.1')/],
    ['certificates that are not checked', /rejectUnauthorized: *false|NODE_TLS_REJECT_UNAUTHORIZED/],
  ])('when it is searched for %s, then there is none', (_, pattern) => {
    expect(where(pattern)).toEqual([]);
  });

  it('when a program is started, then only by these files, which name the program and its arguments one by one', () => {
    expect(where(/from 'node:child_process'/)).toEqual([
      'runtime/cli/beside.ts',
      'runtime/cli/demo/vscode.ts',
      'runtime/cli/serve.ts',
      'runtime/client/connect.ts',
      'runtime/client/windows-privacy.ts',
      'runtime/engine/llama/child.ts',
      'runtime/host/power.ts',
      'runtime/host/system-tools.ts',
      'runtime/models/fit/host.ts',
      'runtime/server/private-folder.ts',
    ]);
  });
});

describe('the environment of the engine process', () => {
  const secrets = {
    AWS_SECRET_ACCESS_KEY: 'x',
    GITHUB_TOKEN: 'x',
    HF_TOKEN: 'x',
    HUGGING_FACE_HUB_TOKEN: 'x',
    OPENAI_API_KEY: 'x',
    NPM_TOKEN: 'x',
    HTTPS_PROXY: 'http://user:password@proxy',
    SSH_AUTH_SOCK: '/tmp/agent',
    NODE_OPTIONS: '--require /tmp/x.js',
    LD_PRELOAD: '/tmp/x.so',
    PUNCTUAL_HOME: '/home/x',
    PUNCTUAL_TOKEN: 'x',
  };

  it('when there are secrets and ways to put code into a process, then it sees none of them', () => {
    const seen = childEnvironment({ ...secrets, PATH: '/bin', HOME: '/home/x', LANG: 'C' });
    expect(Object.keys(seen).filter((name) => name in secrets)).toEqual([]);
    expect(JSON.stringify(seen)).not.toContain('password');
    expect(seen).toMatchObject({ PATH: '/bin', HOME: '/home/x', LANG: 'C', NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'true' });
  });

  it('when graphics cards are chosen, then it sees which', () => {
    const chosen = { CUDA_VISIBLE_DEVICES: '1', VK_ICD_FILENAMES: '/x.json', PUNCTUAL_GPU: 'vulkan' };
    expect(childEnvironment(chosen)).toMatchObject(chosen);
  });
});
