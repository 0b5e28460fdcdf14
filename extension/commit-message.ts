/** *Punctual: Write Commit Message*: of what is staged, or of all changes, streamed into the message box of Source Control. */
import path from 'node:path';
import * as vscode from 'vscode';
import { type AnswerEnd, guarded, streamAnswer, trustedWorkspace } from './answer.ts';
import { changeWords, newFileDiff } from './change-text.ts';
import type { Context } from './context.ts';
import { wireCharsMax } from './documents.ts';
import { chosenRepository, type GitRepository, isUntracked, repositoryName } from './git.ts';
import { l10n } from './l10n.ts';
import { type BoxChoice, MessageBox } from './message-box.ts';
import { UserError } from './messages.ts';

interface Change {
  /** For people: `3 staged files`. */
  readonly words: string;
  /** As `git diff` writes it. */
  readonly diff: string;
}

/** Of files that Git does not know yet; beyond these a message says as much without them. */
const newFilesMax = 100;
const newFileBytesMax = 256 * 1024;

export function activate(ctx: Context): void {
  const writing = new Set<string>();
  // Source Control says on which repository its button was pressed.
  ctx.command('commitMessage', (from) => guarded(ctx, () => commitMessage(ctx, writing, from)));
}

async function commitMessage(ctx: Context, writing: Set<string>, from: unknown): Promise<AnswerEnd> {
  const repository = await chosenRepository(from);
  if (repository === undefined) return { kind: 'cancelled' };
  const root = repository.rootUri.toString();
  const name = repositoryName(repository);
  if (writing.has(root)) throw new UserError(l10n.t('The message of {0} is being written already.', name));
  writing.add(root);
  try {
    const { words, diff } = await changeOf(repository);
    const choice = await consent(repository);
    if (choice === undefined) return { kind: 'cancelled' };
    const box = new MessageBox(repository.inputBox, choice);
    const uri = vscode.Uri.from({ scheme: 'punctual-change', path: `/changes of ${name}.diff` });
    return await streamAnswer(ctx, {
      class: 'summarize',
      title: l10n.t('Writing the commit message of {0}', words),
      done: l10n.t('Commit message of {0}', words),
      request: (connection, onPart, token) =>
        connection.withText({ uri, languageId: 'diff', text: diff }, (textDocument) => {
          const params = { textDocument, purpose: 'commitMessage' as const, ...trustedWorkspace(repository.rootUri) };
          return connection.summarize(params, onPart, token);
        }),
      open: async () => ({
        append: async (text) => box.append(text),
        end: (end) => box.end(end.kind === 'done'),
      }),
    });
  } finally {
    writing.delete(root);
  }
}

/** Nothing that the user wrote is lost without his word. */
async function consent(repository: GitRepository): Promise<BoxChoice | undefined> {
  if (repository.inputBox.value.trim() === '') return 'replace';
  const [replace, add] = [l10n.t('Replace'), l10n.t('Add Below')];
  const question = l10n.t('The message box of {0} already holds a message.', repositoryName(repository));
  const detail = l10n.t('Replace it with a new one, or keep it and add the new one below?');
  const label = await vscode.window.showWarningMessage(question, { modal: true, detail }, replace, add);
  if (label === undefined) return undefined;
  return label === replace ? 'replace' : 'add';
}

/** @throws UserError when there is none, or too much */
async function changeOf(repository: GitRepository): Promise<Change> {
  await repository.status();
  const { indexChanges, workingTreeChanges, mergeChanges, untrackedChanges = [] } = repository.state;
  const isStaged = indexChanges.length > 0;
  const listed = [...workingTreeChanges, ...mergeChanges, ...untrackedChanges];
  const uris = (isStaged ? indexChanges : listed).map(({ uri }) => uri.toString());
  const added = isStaged ? [] : listed.filter(isUntracked).map(({ uri }) => uri);
  const diff = `${await repository.diff(isStaged)}${await newFiles(repository, added)}`;
  const name = repositoryName(repository);
  if (diff.trim() === '')
    throw new UserError(l10n.t('{0} has no change to describe: edit or stage something first.', name));
  if (diff.length > wireCharsMax) {
    const million = (diff.length / 1e6).toFixed(1);
    throw new UserError(
      l10n.t('What changed in {0} has {1} million characters, too many to be read: stage a part of it.', name, million),
    );
  }
  return { words: changeWords(new Set(uris).size, isStaged), diff };
}

async function newFiles({ rootUri }: GitRepository, uris: readonly vscode.Uri[]): Promise<string> {
  const diffs = await Promise.all(
    uris.slice(0, newFilesMax).map(async (uri) => {
      const name = path.posix.relative(rootUri.path, uri.path);
      try {
        const { size } = await vscode.workspace.fs.stat(uri);
        if (size > newFileBytesMax) return newFileDiff(name, new Uint8Array());
        return newFileDiff(name, await vscode.workspace.fs.readFile(uri));
      } catch {
        // It may be gone by now, or be a folder of its own.
        return '';
      }
    }),
  );
  return diffs.join('');
}
