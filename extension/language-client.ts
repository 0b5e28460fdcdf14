/** vscode-languageclient with what Punctual must not do taken out: pop-ups, and a second provider of inline completions. */
import {
  CloseAction,
  type DynamicFeature,
  ErrorAction,
  InlineCompletionRequest,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  type ServerOptions,
  type StaticFeature,
} from 'vscode-languageclient/node';

/** Lives for one connection and is never restarted: `client.ts` makes a new one. */
export class QuietLanguageClient extends LanguageClient {
  constructor(server: ServerOptions, options: LanguageClientOptions) {
    super('punctual', 'Punctual', server, {
      ...options,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => ({
          action: CloseAction.DoNotRestart,
          handled: true,
          message: 'The language client has stopped.',
        }),
      },
    });
  }

  /** Ghost text has our own provider (`completion.ts`), which sets the range and counts acceptance; with both, every item would be doubled. */
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if ('registrationType' in feature && feature.registrationType.method === InlineCompletionRequest.method) return;
    super.registerFeature(feature);
  }

  /** Nothing that goes wrong here is the user's to repair: it belongs in the log, never in a message box. */
  override error(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}
