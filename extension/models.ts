/** *Punctual: Choose Model…*: writes `punctual.model`, because the user picked it here, and nothing else. */
import * as vscode from 'vscode';
import { guarded } from './answer.ts';
import type { Context } from './context.ts';
import { section } from './settings.ts';

interface ModelItem extends vscode.QuickPickItem {
  /** Undefined: ask for a file. */
  readonly choice: string | undefined;
}

export function activate(ctx: Context): void {
  ctx.command('models', () => guarded(ctx, () => chooseModel(ctx)));
}

async function chooseModel(ctx: Context): Promise<void> {
  const current = ctx.settings.current.wire.model;
  const picked = await vscode.window.showQuickPick(modelItems(current), {
    title: 'Choose Model',
    placeHolder: 'Which model should complete, summarize and translate?',
    matchOnDetail: true,
  });
  if (picked === undefined) return;
  const choice = picked.choice ?? (await pickFile());
  if (choice === undefined || choice === current) return;
  await vscode.workspace.getConfiguration(section).update('model', choice, vscode.ConfigurationTarget.Global);
}

function modelItems(current: string): ModelItem[] {
  const mark = (choice: string) => (choice === current ? { description: 'in use' } : {});
  const items: ModelItem[] = [
    {
      label: 'Automatic',
      ...mark('auto'),
      detail: 'The best model there is: the embedded demonstration model as long as there is no other.',
      choice: 'auto',
    },
    {
      label: 'Embedded demonstration model',
      ...mark('embedded'),
      detail: 'Tiny and weak: shows how Punctual works, also while you type in your own files.',
      choice: 'embedded',
    },
  ];
  if (current !== 'auto' && current !== 'embedded') items.push({ label: current, ...mark(current), choice: current });
  items.push({
    label: 'A GGUF file…',
    detail: 'A model on this machine that was trained to fill in the middle of code.',
    choice: undefined,
  });
  return items;
}

async function pickFile(): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'Choose a model file',
    openLabel: 'Use this model',
    canSelectMany: false,
    filters: { 'GGUF models': ['gguf'] },
  });
  return files?.[0]?.fsPath;
}
