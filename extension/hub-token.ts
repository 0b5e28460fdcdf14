/** The access token for gated models: asked for when a hub refuses a download, kept in VS Code's secret storage, sent with downloads only. */
import * as vscode from 'vscode';
import { l10n } from './l10n.ts';

const secretKey = 'punctual.hubToken';
/** As the wire takes it. */
const tokenCharsMax = 4096;

export class HubToken {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  async get(): Promise<string | undefined> {
    return (await this.#secrets.get(secretKey)) || undefined;
  }

  /** @returns undefined when the user gave none; what was kept before stays. */
  async ask(title: string, reason: string): Promise<string | undefined> {
    const given = await vscode.window.showInputBox({
      title,
      prompt: l10n.t('{0} The token is kept in the secret storage of VS Code and goes to the hub alone.', reason),
      placeHolder: l10n.t('Access token'),
      password: true,
      ignoreFocusOut: true,
      validateInput: (text) => tokenProblem(text.trim()),
    });
    const token = given?.trim();
    if (token) await this.#secrets.store(secretKey, token);
    return token || undefined;
  }

  async forget(): Promise<void> {
    await this.#secrets.delete(secretKey);
  }
}

function tokenProblem(text: string): string | undefined {
  if (text.length > tokenCharsMax) return l10n.t('A token has at most {0} characters.', tokenCharsMax);
  return /^[\x21-\x7e]*$/.test(text)
    ? undefined
    : l10n.t('A token has no spaces, and no other characters than those of ASCII.');
}
