/**
 * What the choice of a model for a role looks at: models of the catalog, files that a user imported, and the embedded one, all in one
 * form. Pure.
 */
import { sentence, type Words } from '../core/sentence.ts';
import {
  attentionNote,
  type CatalogFile,
  type CatalogModel,
  type DownloadModel,
  type EmbeddedModel,
  type Fim,
  type Role,
  type Suitability,
} from './catalog/catalog.ts';
import { expectedBytes } from './catalog/quantizations.ts';

/** A GGUF that the user had already, as far as its metadata tells. */
export interface ImportedModel {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** Completion if it names infill tokens; what follows instructions if it has a chat template. */
  readonly serves: readonly Role[];
  readonly parameters?: number;
  readonly contextTokens?: number;
  /** Tokens that its sliding-window layers see; absent when all layers see everything. */
  readonly slidingWindow?: number;
  /** Its chat template makes it think before it answers. */
  readonly reasoning?: boolean;
  /** Layers that keep a state instead of tokens. */
  readonly recurrent?: boolean;
}

/** One file that could serve a role. Two quantizations of a model are two of these with the same name. */
export interface RoleModel {
  readonly origin: 'catalog' | 'imported' | 'embedded';
  readonly name: string;
  /** Absolute path; undefined for a model of the catalog that is not installed. */
  readonly file: string | undefined;
  readonly bytes: number;
  /** All weights, and those that one token passes through. */
  readonly parameters: number;
  readonly activeParameters: number;
  readonly suitability: Readonly<Partial<Record<Role, Suitability>>>;
  /** Why it is not chosen unless the user names it; undefined when nothing is against it. */
  readonly reserved: Words | undefined;
  /** Why it cannot complete although it was trained to; undefined when nothing is against it. */
  readonly infillProblem: Words | undefined;
  /** What a user should know before and after choosing it, in whole sentences. */
  readonly notes: readonly Words[];
}

/**
 * Code from a sentence is written by every model that follows instructions, as well as it answers questions; by one that only completes,
 * which is given the sentence as a comment, fairly.
 */
export function suitabilityFor({ suitability, infillProblem }: RoleModel, role: Role): Suitability | undefined {
  if (role !== 'generate') return suitability[role];
  const asked = answers(suitability);
  return asked ?? (suitability.completion !== undefined && infillProblem === undefined ? 'fair' : undefined);
}

/** Whether it was trained to do what is said in words. */
export function isInstructed({ suitability }: Pick<RoleModel, 'suitability'>): boolean {
  return answers(suitability) !== undefined;
}

function answers({ chat, summarize }: RoleModel['suitability']): Suitability | undefined {
  return chat ?? summarize;
}

/** A model whose file is at hand. */
export type InstalledModel = RoleModel & { readonly file: string };

export const isInstalled = (model: RoleModel): model is InstalledModel => model.file !== undefined;

/** Bits for one weight in the quantizations that people download most, to tell a size from a file that does not say it. */
const bitsPerWeightTypical = 5;

/** A downloadable file of the catalog; `installedAt` is its absolute path once it is there. */
export function fromCatalog(model: DownloadModel, file: CatalogFile, installedAt?: string): RoleModel {
  const bytes = file.bytes ?? expectedBytes(file.weights ?? model.parameters, file.quantization);
  return { ...known(model), origin: 'catalog', file: installedAt, bytes };
}

/** The model that ships with Punctual, at its absolute path. */
export function fromEmbedded(model: EmbeddedModel, path: string): RoleModel {
  return { ...known(model), origin: 'embedded', file: path, bytes: model.file.bytes };
}

/**
 * Nothing is known of how good it is; the user took the trouble to import it, so it counts as good as most. One that thinks first comes
 * after those that answer, since its thoughts are paid for out of the same promise.
 */
export function fromImported(model: ImportedModel): RoleModel {
  const parameters = model.parameters ?? Math.round((model.bytes * 8) / bitsPerWeightTypical);
  const rated = (role: Role): Suitability => (model.reasoning && role !== 'completion' ? 'fair' : 'good');
  const window = model.slidingWindow;
  const note = window === undefined ? undefined : attentionNote({ kind: 'slidingWindow', windowTokens: window });
  const recurs = model.recurrent
    ? sentence(
        'It cannot go back within what it has read, so a prompt that was changed is evaluated again from its beginning.',
      )
    : undefined;
  const thinks = model.reasoning ? sentence('It thinks before it answers, so the answer comes late.') : undefined;
  return {
    origin: 'imported',
    name: model.name,
    file: model.file,
    bytes: model.bytes,
    parameters,
    activeParameters: parameters,
    suitability: Object.fromEntries(model.serves.map((role) => [role, rated(role)])),
    reserved: undefined,
    infillProblem: undefined,
    notes: [note, recurs, thinks].filter((each) => each !== undefined),
  };
}

function known(model: CatalogModel): Omit<RoleModel, 'origin' | 'file' | 'bytes'> {
  const { licence } = model;
  const reserved = licence.commercialUse
    ? undefined
    : sentence('its licence ({0}) allows no commercial use', licence.spdx);
  const note = attentionNote(model.attention);
  return {
    name: model.name,
    parameters: model.parameters,
    activeParameters: model.activeParameters ?? model.parameters,
    suitability: model.suitability,
    reserved,
    infillProblem: model.fim && infillProblemOf(model.fim),
    notes: [
      ...(note === undefined ? [] : [note]),
      ...(reserved === undefined ? [] : [sentence('Mind that {0}.', reserved)]),
    ],
  };
}

/**
 * The engine puts the prefix first when a model names a middle token, and the suffix first when it names none
 * (`engine/llama/prompt.ts`). A model that learnt the suffix first and a middle token too would be asked in an order it never saw.
 */
function infillProblemOf({ order, middle }: Fim): Words | undefined {
  const written = middle === undefined ? 'spm' : 'psm';
  return order === written
    ? undefined
    : sentence('it wants the text behind the cursor first, which the engine does not do yet');
}
