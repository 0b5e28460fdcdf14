/** How the server of the web workbench is started, so that it is quiet, alone in its folder, and off the network. */
import path from 'node:path';
import { codeServer } from './paths.mjs';

/** A quiet editor: nothing but what the test does changes the screen, and nothing asks the network. */
export const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  // In a browser VS Code saves by itself after a second; a desktop does not.
  'files.autoSave': 'off',
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.inlineSuggest.enabled': true,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.wordBasedSuggestions': 'off',
  'editor.parameterHints.enabled': false,
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoIndent': 'keep',
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'typescript.disableAutomaticTypeAcquisition': true,
  'git.enabled': false,
  'npm.fetchOnlinePackageInfo': false,
};

/**
 * Built-in extensions that only cost time here. Only those without a `browser` entry may be skipped: the page has its own list of
 * built-ins, and would start the others in its web worker instead, where their files are missing (a toast says "Not Found").
 */
export const skippedBuiltIns = [
  'github.copilot-chat',
  'ms-vscode.js-debug',
  'ms-vscode.js-debug-companion',
  'vscode.debug-auto-launch',
  'vscode.debug-server-ready',
  'vscode.git',
  'vscode.github',
  'vscode.grunt',
  'vscode.gulp',
  'vscode.jake',
  'vscode.microsoft-authentication',
  'vscode.php-language-features',
  'vscode.terminal-suggest',
  'vscode.tunnel-forwarding',
];

/**
 * @param {string} folder holds all that the server writes
 * @param {readonly string[]} more
 */
export function serverArguments(folder, more) {
  return [
    path.join(codeServer, 'out', 'node', 'entry.js'),
    ...['--config', path.join(folder, 'config.yaml')],
    ...['--user-data-dir', path.join(folder, 'user-data')],
    ...['--extensions-dir', path.join(folder, 'extensions')],
    ...['--auth', 'none', '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
    ...['--disable-getting-started-override', '--disable-proxy', '--ignore-last-opened'],
    ...more,
  ];
}

/**
 * @param {string} folder holds all that the server writes
 * @param {Readonly<Record<string, string>>} env on top; the extension host inherits it, and so does what it starts
 */
export function serverEnvironment(folder, env) {
  // A code-server that is started from a terminal of VS Code would otherwise open its files over there.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|npm_)/i.test(name));
  return {
    ...Object.fromEntries(inherited),
    XDG_CONFIG_HOME: path.join(folder, 'xdg-config'),
    XDG_DATA_HOME: path.join(folder, 'xdg-data'),
    XDG_CACHE_HOME: path.join(folder, 'xdg-cache'),
    XDG_RUNTIME_DIR: path.join(folder, 'run'),
    EXTENSIONS_GALLERY: '{}',
    VSCODE_SKIP_BUILTIN_EXTENSIONS: skippedBuiltIns.join(','),
    ...env,
  };
}
