// Tests in a real VS Code (npm run test:vscode): first the suites inside the extension host, through @vscode/test-electron, then the
// end-to-end tests on the installed VSIX. With VSCODE_EXECUTABLE, or where a desktop VS Code can be downloaded and shown, the suites run
// in that; else in the web workbench (setup.mjs). The end-to-end tests always drive the web workbench, which a browser can operate.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { artifacts } from './output.mjs';
import { Rig } from './server.mjs';
import { setUp } from './setup.mjs';
import { launchBrowser, Workbench } from './workbench.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
const only = process.argv[2];
let passed = 0;
let failed = 0;

setUp();
if (!only || only === 'suite') await runSuites();
if (!only || only === 'e2e') await runEndToEnd();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function runSuites() {
  await build({
    entryPoints: { index: path.join(root, 'test/vscode/suite/index.ts') },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    outdir: path.join(root, 'dist/test-vscode'),
    outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  });
  const vscodeExecutablePath = process.env.VSCODE_EXECUTABLE ?? (await desktop()) ?? path.join(here, 'code-shim.mjs');
  console.log(`suites in the extension host of ${path.relative(root, vscodeExecutablePath)}`);
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(root, 'dist/test-vscode/index.cjs'),
      launchArgs: [path.join(root, 'media/sample')],
    });
    passed++;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failed++;
  }
}

/** A desktop VS Code needs a display and a download server; without either, nothing is tried. */
async function desktop() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  try {
    return await downloadAndUnzipVSCode({ timeout: 15_000 });
  } catch (error) {
    console.log(`no desktop VS Code could be downloaded (${error instanceof Error ? error.message : error})`);
    return undefined;
  }
}

async function runEndToEnd() {
  const vsix = readdirSync(root).find((name) => name.startsWith('punctual-') && name.endsWith('.vsix'));
  if (!vsix) throw new Error("There is no VSIX to test: run 'npm run package' first.");
  for (const name of readdirSync(path.join(root, 'test/vscode/e2e')).filter((file) => file.endsWith('.e2e.mjs'))) {
    const { tests, workspace, settings } = await import(pathToFileURL(path.join(root, 'test/vscode/e2e', name)).href);
    const rig = new Rig();
    rig.writeSettings(settings ?? {});
    let browser;
    try {
      workspace(rig.workspace);
      rig.installVsix(path.join(root, vsix));
      await rig.start();
      browser = await launchBrowser();
      const workbench = await Workbench.open(browser, rig);
      const cli = (...args) =>
        JSON.parse(
          spawnSync(process.execPath, [path.join(root, 'dist/cli.mjs'), ...args, '--json'], {
            env: { ...process.env, PUNCTUAL_HOME: rig.punctualHome },
            encoding: 'utf8',
          }).stdout,
        );
      const context = {
        workbench,
        rig,
        browser,
        cli,
        screenshot: (label) => workbench.page.screenshot({ path: path.join(artifacts(), `${label}.png`) }),
      };
      for (const [title, test] of Object.entries(tests))
        await runOne(`${name.replace('.e2e.mjs', '')}: ${title}`, test, context);
    } catch (error) {
      failed++;
      console.error(`${name}: the run broke off:`, error);
    } finally {
      await browser?.close();
      await rig.stop().catch((error) => {
        failed++;
        console.error(error);
      });
    }
  }
}

async function runOne(title, test, context) {
  const startedMs = Date.now();
  try {
    await test(context);
    passed++;
    console.log(`  ✓ ${title} (${Date.now() - startedMs} ms)`);
  } catch (error) {
    failed++;
    console.error(`  ✗ ${title}`);
    console.error(error);
    const label = `failed-${title.replaceAll(/\W+/g, '-')}`;
    await context.screenshot(label).catch(() => undefined);
    console.error(`    screenshot: test-artifacts/${label}.png`);
    for (const file of logs(context.rig))
      console.error(`    ${path.basename(file)}: ${readFileSync(file, 'utf8').slice(-1_500)}`);
  }
}

/** Logs of our extension and runtime, newest run only. */
function logs(rig) {
  const all = readdirSync(rig.folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(rig.folder, name));
  return all.filter((file) => /(Punctual\.log|runtime\.log)$/.test(file));
}
