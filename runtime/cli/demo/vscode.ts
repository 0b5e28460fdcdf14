/** Opens the sample in a desktop VS Code with the extension of this clone, where there is one. */
import { spawn } from 'node:child_process';
import path from 'node:path';

export interface Desktop {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly isFile: (file: string) => boolean;
}

/** In the order in which they are looked for; all three are called alike. On Windows the launcher is a script beside the program. */
const editors: readonly { readonly launcher: string; readonly windowsProgram: string }[] = [
  { launcher: 'code', windowsProgram: 'Code.exe' },
  { launcher: 'code-insiders', windowsProgram: 'Code - Insiders.exe' },
  { launcher: 'codium', windowsProgram: 'VSCodium.exe' },
];

const macApplication = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';

/**
 * The program that opens an editor on this desktop; undefined when there is none:
 * 1. Nobody looks at the screen of a build machine.
 * 2. In a terminal of a remote window or of WSL, `code` opens folders there and knows no extension under development.
 * 3. On Linux it needs a display, and it refuses to run as root.
 * 4. Else it is on the PATH; on macOS it may be in its application only. On Windows it is the program that the launcher on the PATH belongs
 *    to: the launcher itself would need a shell.
 */
export function findCode({ env, platform, isRoot, isFile }: Desktop): string | undefined {
  if (env['CI']) return undefined;
  if (env['VSCODE_IPC_HOOK_CLI'] || env['WSL_DISTRO_NAME']) return undefined;
  const hasDisplay = env['DISPLAY'] || env['WAYLAND_DISPLAY'];
  if (platform !== 'win32' && platform !== 'darwin' && (!hasDisplay || isRoot)) return undefined;
  const { delimiter, join } = platform === 'win32' ? path.win32 : path.posix;
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const isHere = (folder: string, launcher: string): boolean =>
    isFile(join(folder, platform === 'win32' ? `${launcher}.cmd` : launcher));
  const found = editors
    .flatMap(({ launcher, windowsProgram }) =>
      folders
        .filter((folder) => isHere(folder, launcher))
        .map((folder) => (platform === 'win32' ? join(folder, '..', windowsProgram) : join(folder, launcher))),
    )
    .find(isFile);
  return found ?? (platform === 'darwin' && isFile(macApplication) ? macApplication : undefined);
}

/** The launcher returns within a second or two; one that stays is showing the window itself. */
const launchMsMax = 10_000;

/** Whether the editor took it. `root` is the clone, with the extension built into its dist/. */
export function openCode(code: string, root: string, sample: string): Promise<boolean> {
  const args = ['--new-window', `--extensionDevelopmentPath=${root}`, sample, path.join(sample, 'sum.js')];
  const child = spawn(code, args, { stdio: 'ignore', detached: true, windowsHide: true });
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), launchMsMax);
    const settle = (opened: boolean): void => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.once('error', () => settle(false));
    child.once('exit', (exitCode) => settle(exitCode === 0));
    child.unref();
  });
}
