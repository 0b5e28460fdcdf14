/** What is asked of completion, and by which names what belongs to one document is kept. Types, and two keys. */
import type { ClientSettings } from '../../protocol.ts';
import type { ChosenModel } from '../tasks.ts';
import type { CompletionContext } from './context/index.ts';
import type { Cursor, CursorText } from './cursor.ts';

export interface CompletionRequest extends Cursor {
  /** Asked for by hand, not by typing. */
  readonly invoked: boolean;
  readonly settings: ClientSettings;
  /** Names the connection: completions of one document in one window supersede each other. */
  readonly client: string;
  /** When the request arrived, from `Tasks.now()`. */
  readonly receivedMs: number;
  /** What other files say that helps. */
  readonly context?: CompletionContext | undefined;
}

/** Where the cursor is, or will be. */
export type WarmUpRequest = Pick<CompletionRequest, 'document' | 'position' | 'settings' | 'client' | 'context'>;

/** A request that is going to be answered. */
export interface Asked {
  readonly request: CompletionRequest;
  readonly model: ChosenModel;
  readonly here: CursorText;
  /** The document in its window: completions of it supersede each other. */
  readonly key: string;
  /** What suggestions of this model and language are kept under. */
  readonly scope: string;
}

/** Completions of one document in one window supersede each other. */
export function keyOf({ client, document }: Pick<CompletionRequest, 'client' | 'document'>): string {
  return `${client} ${document.uri}`;
}
