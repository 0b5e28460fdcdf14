/**
 * *Punctual: Show Dashboard*: the page that shows what the scheduler does. Carries the runtime's news to it while it is seen; what is drawn
 * of them, the page knows (media/dashboard).
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { guarded } from './answer.ts';
import type { Connection } from './connection.ts';
import type { Context } from './context.ts';
import { fromPageSchema, type ToPage } from './dashboard-messages.ts';
import { dashboardPage } from './dashboard-page.ts';
import { dashboardStrings } from './dashboard-strings.ts';
import { exportLog } from './log-export.ts';

export const viewType = 'punctual.dashboard';

export function activate(ctx: Context): void {
  let shown: Dashboard | undefined;
  const show = (panel: vscode.WebviewPanel): void => {
    shown = new Dashboard(ctx, panel, () => {
      shown = undefined;
    });
  };
  ctx.command('dashboard', () => (shown === undefined ? show(newPanel()) : shown.reveal()));
  ctx.subscriptions.push(
    { dispose: () => shown?.dispose() },
    // A window that was loaded again still has the panel; what the user chose to see is kept by the page.
    vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: async (panel) => (shown === undefined ? show(panel) : panel.dispose()),
    }),
  );
}

/** Not kept while it is hidden: it is built again from what the runtime remembers, and costs nothing meanwhile. */
function newPanel(): vscode.WebviewPanel {
  const title = vscode.l10n.t('Punctual: Dashboard');
  return vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active);
}

class Dashboard implements vscode.Disposable {
  readonly #ctx: Context;
  readonly #panel: vscode.WebviewPanel;
  readonly #scope: vscode.Disposable[] = [];
  /** The page is there and seen. */
  #isReady = false;
  #watching: vscode.CancellationTokenSource | undefined;

  constructor(ctx: Context, panel: vscode.WebviewPanel, closed: () => void) {
    this.#ctx = ctx;
    this.#panel = panel;
    const dist = vscode.Uri.joinPath(ctx.extension.extensionUri, 'dist');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.#panel.iconPath = vscode.Uri.joinPath(ctx.extension.extensionUri, 'media', 'icon.png');
    this.#scope.push(
      this.#panel.onDidDispose(() => {
        this.#end();
        closed();
      }),
      this.#panel.onDidChangeViewState(() => this.#panel.visible || this.#rest()),
      webview.onDidReceiveMessage((message: unknown) => this.#heard(message)),
      ctx.client.onDidConnect((connection) => this.#watch(connection)),
      ctx.onDidChange(() => this.#tellState()),
    );
    webview.html = dashboardPage({
      ...{ cspSource: webview.cspSource, language: vscode.env.language, title: panel.title },
      script: String(webview.asWebviewUri(vscode.Uri.joinPath(dist, 'dashboard.js'))),
      style: String(webview.asWebviewUri(vscode.Uri.joinPath(dist, 'dashboard.css'))),
      nonce: randomBytes(16).toString('hex'),
    });
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #heard(message: unknown): void {
    const heard = fromPageSchema.safeParse(message);
    if (!heard.success) return this.#ctx.log.warn(`The dashboard said what is not understood: ${heard.error.message}`);
    switch (heard.data.kind) {
      case 'ready':
        return this.#begin();
      case 'export':
        return void this.#export();
      case 'problem':
        return this.#ctx.log.error(`The dashboard: ${heard.data.message}`);
      default:
        heard.data satisfies never;
    }
  }

  /** The page is new, at first and whenever it is seen again. */
  #begin(): void {
    this.#isReady = true;
    this.#tell({ kind: 'strings', language: vscode.env.language, strings: dashboardStrings() });
    this.#tellState();
    const { connection } = this.#ctx.client;
    if (connection !== undefined) this.#watch(connection);
  }

  #tellState(): void {
    const { client, status } = this.#ctx;
    this.#tell({ kind: 'connection', isConnected: client.state.kind === 'connected' });
    if (status !== undefined) this.#tell({ kind: 'status', status });
  }

  #watch(connection: Connection): void {
    this.#watching?.cancel();
    if (!this.#isReady) return;
    const watching = new vscode.CancellationTokenSource();
    this.#watching = watching;
    connection
      .watch((news) => {
        if (!watching.token.isCancellationRequested) this.#tell({ kind: 'news', news });
      }, watching.token)
      // It ends with the connection, which the page is told by itself.
      .catch((error) => this.#ctx.log.debug(`Nothing more to watch: ${error}`));
  }

  #rest(): void {
    this.#isReady = false;
    this.#watching?.cancel();
    this.#watching = undefined;
  }

  #end(): void {
    this.#rest();
    for (const item of this.#scope) item.dispose();
  }

  #tell(message: ToPage): void {
    if (this.#isReady) void this.#panel.webview.postMessage(message);
  }

  async #export(): Promise<void> {
    let sentence: string | undefined;
    await guarded(this.#ctx, async () => {
      sentence = await exportLog(this.#ctx);
    });
    this.#tell({ kind: 'exported', ...(sentence !== undefined && { sentence }) });
  }
}
