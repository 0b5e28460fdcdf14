/** `package.mjs`, which makes the VSIX, on a repository in small: what must go along does, wherever node_modules really lies. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished } from './cli/program.ts';

const script = path.resolve(import.meta.dirname, '..', 'package.mjs');
const platforms = ['linux-x64', 'linux-arm64', 'linux-armv7l', 'mac-arm64-metal', 'mac-x64', 'win-x64', 'win-arm64'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-package-'));
  const scripts = { build: 'node build.mjs', 'vscode:uninstall': 'node ./dist/uninstall.mjs' };
  const manifest = { name: 'small', publisher: 'test', version: '1.2.3', engines: { vscode: '^1.90.0' }, scripts };
  await put('repository', 'package.json', JSON.stringify(manifest));
  await put('repository', '.vscodeignore', '');
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'SUPPORT.md', 'media/a.txt', 'dist/engine.mjs'])
    await put('repository', file, 'Some text.');
  for (const file of ['package.nls.json', 'package.nls.zh-cn.json', 'l10n/bundle.l10n.zh-cn.json'])
    await put('repository', file, '{}');
  await mkdir(path.join(folder, 'temporary'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(place: string, file: string, text: string): Promise<void> {
  const whole = path.join(folder, place, file);
  await mkdir(path.dirname(whole), { recursive: true });
  await writeFile(whole, text);
}

/** node-llama-cpp imports `helper`; nothing imports `other`. */
async function install(place: string): Promise<void> {
  const modules = { 'node-llama-cpp': "import 'helper';", helper: 'export {};', other: 'export {};' };
  for (const [name, text] of Object.entries(modules)) {
    await put(place, `${name}/package.json`, JSON.stringify({ name, type: 'module', main: 'index.js' }));
    await put(place, `${name}/index.js`, text);
  }
  for (const platform of platforms) await put(place, `@node-llama-cpp/${platform}/bins/llama.node`, 'binary');
}

async function run(): Promise<{ code: number | null; err: string; packed: string }> {
  const temporary = path.join(folder, 'temporary');
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const cwd = path.join(folder, 'repository');
  const { code, err } = await finished(spawn(process.execPath, [script], { cwd, env }));
  expect(await readdir(temporary), 'nothing is left behind').toEqual([]);
  const [vsix] = (await readdir(cwd)).filter((file) => file.endsWith('.vsix'));
  // The names of files stand in a zip as they are.
  return { code, err, packed: vsix === undefined ? '' : await readFile(path.join(cwd, vsix), 'latin1') };
}

/** @param packed a zip, read as latin1. @throws when no such file is in it. */
function unpacked(packed: string, name: string): string {
  const zip = Buffer.from(packed, 'latin1');
  const header = zip.lastIndexOf('PK\u0003\u0004', zip.indexOf(name));
  const [nameLength, extraLength] = [zip.readUInt16LE(header + 26), zip.readUInt16LE(header + 28)];
  return String(inflateRawSync(zip.subarray(header + 30 + nameLength + extraLength)));
}

describe('the VSIX', () => {
  it.each(['a folder', 'a link'])(
    'when node_modules is %s, then node-llama-cpp goes along, with what it needs',
    async (kind) => {
      const isLink = kind === 'a link';
      await install(isLink ? 'elsewhere' : 'repository/node_modules');
      if (isLink)
        await symlink(path.join(folder, 'elsewhere'), path.join(folder, 'repository', 'node_modules'), 'junction');
      const { code, err, packed } = await run();
      expect({ code, err }).toMatchObject({ code: 0 });
      const modules = 'extension/dist/node_modules';
      expect(packed).toContain(`${modules}/node-llama-cpp/index.js`);
      expect(packed).toContain(`${modules}/helper/index.js`);
      expect(packed).toContain('extension/package.nls.zh-cn.json');
      expect(packed).toContain('extension/l10n/bundle.l10n.zh-cn.json');
      expect(packed).toMatch(/extension\/dist\/node_modules\/@node-llama-cpp\/[\w-]+\/bins\/llama\.node/);
      expect(packed).not.toContain(`${modules}/other/`);
      const { scripts } = JSON.parse(unpacked(packed, 'extension/package.json'));
      expect(scripts, 'what VS Code runs after an uninstall, and nothing else').toEqual({
        'vscode:uninstall': 'node ./dist/uninstall.mjs',
      });
    },
  );

  it('when node-llama-cpp is not installed, then there is none, and it says what to do', async () => {
    await put('repository', 'node_modules/other/index.js', '');
    const { code, err, packed } = await run();
    expect({ code, packed }).toEqual({ code: 1, packed: '' });
    expect(err).toMatch(/^package: node_modules.node-llama-cpp is missing: run 'npm ci'\.\n$/);
  });
});
