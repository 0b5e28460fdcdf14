// What a user sees whose VS Code is Chinese: commands, status, walkthrough, dashboard. The workbench's own texts stay English, as its language pack
// is not part of the installation; the language that it tells extensions, and that manifests are read in, is the page's.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Workbench } from '../harness/workbench.mjs';

const sample = fileURLToPath(new URL('../../../media/sample/', import.meta.url));
const patienceMs = 60_000;

/** @param {string} folder */
export function workspace(folder) {
  cpSync(sample, folder, { recursive: true });
}

/** @param {import('playwright-core').Page} page */
const statusOf = (page) => page.locator('.statusbar-item', { hasText: /Punctual|准时/ }).last();

/** A further window, in Chinese. @param {import('../harness/e2e.mjs').TestContext} context */
async function chineseWindow({ browser, rig }) {
  const page = await browser.newPage(rig);
  await page.addInitScript(() => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: 'zh-cn' }));
  const workbench = new Workbench(page, rig);
  await browser.load(page, rig);
  await workbench.ready();
  // Before that the palette has nothing of the extension.
  await statusOf(page).waitFor({ timeout: patienceMs });
  return workbench;
}

/** @type {import('../harness/e2e.mjs').Script['tests']} */
export const tests = {
  'when VS Code is Chinese, then the status, the palette and the dashboard are': async (context) => {
    const workbench = await chineseWindow(context);
    const { page } = workbench;
    await statusOf(page).hover();
    const hover = page.locator('.monaco-hover:visible', { hasText: '校准时限承诺' });
    await hover.waitFor({ timeout: patienceMs });
    assert.match(await hover.innerText(), /运行中 \/ 等待中|正在连接运行时/);
    await workbench.screenshot('chinese-status');

    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input.input:visible').first().fill('>Punctual: ');
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: '校准时限承诺…' });
    await row.waitFor({ timeout: patienceMs });
    await workbench.screenshot('chinese-palette');
    await page.keyboard.press('Escape');

    await workbench.command('Punctual: 显示仪表板');
    await page.locator('.tab', { hasText: 'Punctual: 仪表板' }).waitFor({ timeout: patienceMs });
    const dashboard = page.frameLocator('iframe.webview').frameLocator('iframe');
    await dashboard.getByText('任务与前向计算').first().waitFor({ timeout: patienceMs });
    await workbench.screenshot('chinese-dashboard');
  },

  'when VS Code is Chinese, then the walkthrough is, with the page beside its step': async (context) => {
    const workbench = await chineseWindow(context);
    const { page } = workbench;
    // Without the side bar there is room for the page beside the steps.
    await workbench.press('Control+b');
    await workbench.command('Punctual: 入门');
    await page.getByText('选择适合本机的模型').first().waitFor({ timeout: patienceMs });
    const beside = page.frameLocator('iframe.webview').frameLocator('iframe');
    await beside.getByText('选择哪个模型？').first().waitFor({ timeout: patienceMs });
    await workbench.screenshot('chinese-walkthrough');
  },
};
