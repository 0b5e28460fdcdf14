/**
 * The engine process of the soak: the real one, which in addition dies where it is told to. It is built for the soak alone and handed to the
 * runtime by its --engine argument, so that the product has no way to be told to die.
 */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import '../engine/llama/main.ts';
import { dieAtLoadName, poison } from './marks.ts';

function dieOf(signal: 'SIGSEGV' | 'SIGKILL'): void {
  process.kill(process.pid, signal);
}

process.on('message', (message: unknown) => {
  const text = JSON.stringify(message);
  if (text.includes('"kind":"start"') && text.includes(poison)) return dieOf('SIGSEGV');
  // The temporary folder is the only place that both sides of the soak know.
  const mark = path.join(process.env['TMPDIR'] ?? '', dieAtLoadName);
  if (!text.includes('"kind":"load"') || !existsSync(mark)) return;
  rmSync(mark, { force: true });
  // In the middle of the load, as an out-of-memory kill does.
  setTimeout(() => dieOf('SIGKILL'), 20);
});
