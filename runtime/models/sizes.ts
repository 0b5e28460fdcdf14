/** What models take of memory and disk, for decisions about which of them are resident. Pure. */
import { type TaskClass, taskClasses } from '../core/task.ts';
import type { ModelSpec } from '../engine/engine.ts';
import { computingBytes } from './fit/budget.ts';
import type { FitDecision } from './fit/decision.ts';
import type { LibraryEntry } from './library-entry.ts';

/** What a model takes, and whom it serves. */
export interface ModelSizes {
  readonly classes: readonly TaskClass[];
  /** Completions go to it: it leaves for nobody. */
  readonly isPinned: boolean;
  /** The user chose it by its name. */
  readonly isNamed: boolean;
  /** Of the memory that computes, with all its sequences and with one; by prediction. */
  readonly bytes: number;
  readonly bytesSmall: number;
  /** Of all parts. */
  readonly fileBytes: number;
  readonly files: readonly string[];
}

/** All but what follows from the latest choices. */
export type OwnSizes = Omit<ModelSizes, 'isPinned' | 'isNamed'>;

/** A load takes this much of its file's size where nothing could be predicted. */
const loadShare = 1.3;

export function sizesFor(
  { model, metadata }: LibraryEntry,
  fit: FitDecision | undefined,
  { sequences }: ModelSpec,
): OwnSizes {
  const fileBytes = metadata?.fileBytes ?? model.bytes;
  // The demonstration model stands in for nobody.
  const classes =
    model.origin === 'embedded' ? [] : taskClasses.filter((role) => model.suitability[role] !== undefined);
  const common = { classes, fileBytes, files: metadata?.files ?? [model.file] };
  if (fit?.kind !== 'fits') return { ...common, bytes: fileBytes * loadShare, bytesSmall: fileBytes * loadShare };
  const bytes = computingBytes(fit.need);
  const kvBytes = fit.need.host.kvBytes + fit.need.devices.reduce((sum, device) => sum + device.kvBytes, 0);
  return { ...common, bytes, bytesSmall: bytes - kvBytes * (1 - 1 / sequences) };
}
