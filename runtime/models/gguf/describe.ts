/** From the heads of a model's files to what a user wants to know of it, and what a prediction of its memory needs. Pure. */
import type { TaskClass } from '../../core/task.ts';
import { HeadProblem } from './cursor.ts';
import { type GgufHead, placesOf, type TensorInfo } from './head.ts';
import { type Attention, attentionOf } from './layers.ts';
import { layersMax, Metadata } from './metadata.ts';
import { fileTypeName, type TensorType } from './tensor-type.ts';

/** A tensor and the file that it lies in. */
export interface ModelTensor extends TensorInfo {
  /** Index into `files` of the model. */
  readonly part: number;
}

export interface Infill {
  readonly prefix: number;
  readonly suffix: number;
  /** Some models have no token for it and continue behind the prefix. */
  readonly middle: number | undefined;
}

export interface ModelFile {
  /** The file that was asked for, then the other parts of its set, as absolute or relative as the first one was. */
  readonly files: readonly string[];
  /** Bytes of all files. */
  readonly fileBytes: number;
  readonly architecture: string;
  readonly name: string | undefined;
  /** As the model's makers write it: "7B". */
  readonly sizeLabel: string | undefined;
  readonly licence: string | undefined;
  readonly parameters: number;
  /** The mix of number formats as model pages name it ("Q4_K_M"), else the format of most parameters. */
  readonly quantization: string;
  /** The format of most parameters. */
  readonly dominantType: TensorType;
  /** The context that it was trained for; undefined when the file does not say. */
  readonly contextTokens: number | undefined;
  readonly layers: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
  readonly attention: Attention;
  readonly vocabulary: { readonly tokens: number; readonly merges: number };
  readonly infill: Infill | undefined;
  readonly chatTemplate: boolean;
  /** Its chat template makes it think before it answers, so its first useful token comes late. */
  readonly reasoning: boolean;
  /** What it can be asked for; empty for a model that neither completes between two texts nor follows instructions. */
  readonly serves: readonly TaskClass[];
  readonly tensors: readonly ModelTensor[];
}

/** @throws {HeadProblem} when it is a GGUF file, but no language model. */
export function describe(files: readonly string[], fileBytes: number, heads: readonly GgufHead[]): ModelFile {
  const [head] = heads;
  if (head === undefined) throw new RangeError('a model has at least one file');
  const metadata = metadataOf(head);
  const tensors = heads.flatMap((each, part) => each.tensors.map((tensor) => ({ ...tensor, part })));
  const layers = metadata.own('block_count') ?? 0;
  if (layers === 0 || layers > layersMax) throw notModel(`it has ${layers} layers`);
  if (tensors.length === 0) throw notModel('it has a vocabulary and no weights');
  const embeddingLength = metadata.own('embedding_length') ?? 0;
  const infill = infillOf(metadata);
  const template = metadata.text('tokenizer.chat_template') ?? '';
  const dominantType = dominantOf(tensors);
  return {
    files,
    fileBytes,
    architecture: metadata.architecture,
    name: metadata.label('general.name'),
    sizeLabel: metadata.label('general.size_label'),
    licence: metadata.label('general.license'),
    parameters: tensors.reduce((sum, tensor) => sum + valuesOf(tensor), 0),
    quantization: fileTypeName(metadata.count('general.file_type') ?? -1) ?? dominantType,
    dominantType,
    contextTokens: metadata.own('context_length'),
    layers,
    embeddingLength,
    feedForwardLength: Math.max(0, ...(metadata.perLayer('feed_forward_length', layers) ?? [])),
    attention: attentionOf(metadata, layers, embeddingLength),
    vocabulary: vocabularyOf(metadata, tensors),
    infill,
    chatTemplate: template !== '',
    reasoning: isReasoning(template),
    serves: [...(infill ? (['completion'] as const) : []), ...(template ? (['summarize', 'translate'] as const) : [])],
    tensors,
  };
}

function metadataOf(head: GgufHead): Metadata {
  const value = head.values.get('general.architecture');
  if (value?.kind !== 'text' || value.value === '') throw notModel('it names no architecture');
  if (!/^[\w.-]{1,64}$/.test(value.value)) throw notModel('its architecture has no proper name');
  const metadata = new Metadata(head, value.value);
  const type = metadata.label('general.type') ?? 'model';
  if (type !== 'model') throw notModel(`it is a file of the kind '${type.slice(0, 40)}'`);
  // Projectors of images and sound, before `general.type` was written.
  if (value.value === 'clip') throw notModel('it reads images for another model');
  return metadata;
}

function notModel(detail: string): HeadProblem {
  return new HeadProblem({ kind: 'notModel', detail });
}

export function valuesOf({ shape }: TensorInfo): number {
  return shape.reduce((product, size) => product * size, 1);
}

function dominantOf(tensors: readonly TensorInfo[]): TensorType {
  const values = new Map<TensorType, number>();
  for (const tensor of tensors) values.set(tensor.type, (values.get(tensor.type) ?? 0) + valuesOf(tensor));
  const [most] = [...values].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 'F32';
}

function vocabularyOf(metadata: Metadata, tensors: readonly TensorInfo[]): { tokens: number; merges: number } {
  // A row of the embedding for each token, where the vocabulary itself lies elsewhere.
  const rows = tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1] ?? 0;
  return {
    tokens: metadata.array('tokenizer.ggml.tokens')?.count ?? metadata.own('vocab_size') ?? rows,
    merges: metadata.array('tokenizer.ggml.merges')?.count ?? 0,
  };
}

/** Texts by which llama.cpp and node-llama-cpp know the markers where the metadata does not name them (llama-vocab.cpp). */
const infillTexts = {
  prefix: [
    '<|fim_prefix|>',
    '<fim-prefix>',
    '<fim_prefix>',
    '<｜fim▁begin｜>',
    '<PRE>',
    '▁<PRE>',
    '<|code_prefix|>',
    '<|prefix|>',
  ],
  suffix: [
    '<|fim_suffix|>',
    '<fim-suffix>',
    '<fim_suffix>',
    '<｜fim▁hole｜>',
    '<SUF>',
    '▁<SUF>',
    '<|code_suffix|>',
    '<|suffix|>',
  ],
  middle: [
    '<|fim_middle|>',
    '<fim-middle>',
    '<fim_middle>',
    '<｜fim▁end｜>',
    '<MID>',
    '▁<MID>',
    '<|code_middle|>',
    '<|middle|>',
  ],
} as const;

const infillKeys = {
  prefix: ['fim_pre_token_id', 'prefix_token_id'],
  suffix: ['fim_suf_token_id', 'suffix_token_id'],
  middle: ['fim_mid_token_id', 'middle_token_id'],
} as const;

type Marker = keyof typeof infillTexts;
const markers: readonly Marker[] = ['prefix', 'suffix', 'middle'];

function infillOf(metadata: Metadata): Infill | undefined {
  const named = (marker: Marker): number | undefined =>
    infillKeys[marker].map((key) => metadata.count(`tokenizer.ggml.${key}`)).find((id) => id !== undefined);
  const unnamed = markers.filter((marker) => named(marker) === undefined);
  const tokens = metadata.array('tokenizer.ggml.tokens');
  const places =
    tokens &&
    placesOf(
      metadata.head,
      tokens,
      unnamed.flatMap((marker) => infillTexts[marker]),
    );
  const idOf = (marker: Marker): number | undefined =>
    named(marker) ?? infillTexts[marker].map((text) => places?.get(text)).find((id) => id !== undefined);
  const [prefix, suffix] = [idOf('prefix'), idOf('suffix')];
  return prefix === undefined || suffix === undefined ? undefined : { prefix, suffix, middle: idOf('middle') };
}

/** Templates that open a thought, or let the asker switch it on and off. */
function isReasoning(template: string): boolean {
  return /<\/?think(ing)?>|enable_thinking|<\|channel\|>|reasoning_content/.test(template);
}
