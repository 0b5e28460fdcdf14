/** What a conversation reaches of the runtime. Interfaces only: the composition root builds them. */
import type { Contexts, OpenDocuments } from '../features/completion/context/index.ts';
import type { CompletionFeature } from '../features/completion/index.ts';
import type { Restraint } from '../features/completion/restraint.ts';
import type { GenerateFeature } from '../features/generate.ts';
import type { Tasks } from '../features/tasks.ts';
import type { SummarizeFeature, TranslateFeature } from '../features/text.ts';
import type { ClientSettings, SignalParams } from '../protocol.ts';
import type { WatchSource } from './dashboard.ts';
import type { DiagnosisDesk } from './diagnose.ts';
import type { FeedbackStore } from './feedback.ts';
import type { LogSource } from './log.ts';
import type { MachineWide } from './machine-wide.ts';
import type { ModelDesk } from './models.ts';

export interface Services {
  readonly tasks: Pick<Tasks, 'now'>;
  readonly completion: Pick<CompletionFeature, 'complete' | 'edited' | 'eligibility' | 'warmUp'>;
  readonly summarize: Pick<SummarizeFeature, 'run'>;
  readonly translate: Pick<TranslateFeature, 'run'>;
  readonly generate: Pick<GenerateFeature, 'run'>;
  readonly models: Pick<ModelDesk, 'list' | 'pull' | 'import' | 'remove' | 'fit'>;
  /** What completions take from other files; absent: nothing. */
  readonly contexts?: (documents: OpenDocuments) => Contexts;
  /** What became of suggestions: whom to tell of it, and where it is kept; absent: nobody and nowhere. */
  readonly feedback?: { readonly restraint: Pick<Restraint, 'accepted' | 'closed'>; readonly store: FeedbackStore };
  /** What the scheduler heard and decided; absent: nobody keeps it. */
  readonly turns?: LogSource;
  /** The same while it happens; absent: nobody can watch. */
  readonly watch?: WatchSource;
  /** Looks at everything and measures what can be promised; absent: nobody does. */
  readonly diagnosis?: DiagnosisDesk;
  readonly machineWide: Pick<MachineWide, 'says' | 'over'>;
  readonly version: string;
  /** Finds out what a choice of models by these settings depends on; soon over, and never rejects. */
  readonly know: (settings: ClientSettings) => Promise<void>;
  /** Whoever opens a document will ask about it: the model may load meanwhile. */
  readonly prepare: (settings: ClientSettings) => void;
  /** What a person did that makes a task likely; absent while nobody makes use of it. */
  readonly onSignal?: (signal: SignalParams) => void;
  readonly stop: (reason: string) => void;
  /** Calls back once after `ms`; returns how to call it off. */
  readonly timer: (ms: number, callback: () => void) => () => void;
  readonly log: (line: string) => void;
}
