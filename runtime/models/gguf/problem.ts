/** Everything that can be wrong with a model file, and the one sentence that says so and what to do. */

/** Closed: one case for each thing that a user would do something different about. */
export type GgufProblem =
  | { readonly kind: 'missing' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'notGguf' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'bigEndian' }
  /** The file ends before its own head says. `bytesNeeded` is a lower bound. */
  | { readonly kind: 'truncated'; readonly bytes: number; readonly bytesNeeded: number }
  /** The head contradicts itself or goes beyond what any model needs. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** A tensor in a number format that this version does not know. */
  | { readonly kind: 'unknownType'; readonly type: number; readonly tensor: string }
  /** A GGUF file without a language model in it: an adapter, an image projector, a vocabulary. */
  | { readonly kind: 'notModel'; readonly detail: string }
  | { readonly kind: 'notFirstPart'; readonly part: number; readonly parts: number; readonly first: string }
  | { readonly kind: 'partMissing'; readonly missing: string; readonly parts: number }
  | { readonly kind: 'partForeign'; readonly foreign: string };

/** Why a file is no usable model; the message names the file. */
export class GgufError extends Error {
  override readonly name = 'GgufError';
  readonly file: string;
  readonly problem: GgufProblem;

  constructor(file: string, problem: GgufProblem) {
    super(sentenceOf(file, problem));
    this.file = file;
    this.problem = problem;
  }
}

function sentenceOf(file: string, problem: GgufProblem): string {
  switch (problem.kind) {
    case 'missing':
      return `There is no model file at ${file}: check the path or download the model again.`;
    case 'forbidden':
      return `${file} may not be read by this user: change its permissions.`;
    case 'folder':
      return `${file} is a folder: choose a model file in it.`;
    case 'unreadable':
      return `${file} cannot be read (${problem.reason}): check the disk, or copy the file elsewhere.`;
    case 'notGguf':
      return `${file} is not a model in the GGUF format: download it again, or choose another file.`;
    case 'version':
      return `${file} has GGUF version ${problem.version}, but only 2 and 3 can be read: get a newer file of this model.`;
    case 'bigEndian':
      return `${file} was written for big-endian machines: get the ordinary (little-endian) file of this model.`;
    case 'truncated':
      return `${file} is incomplete (${problem.bytes} bytes of at least ${problem.bytesNeeded}): download it again.`;
    case 'damaged':
      return `${file} is damaged (${problem.detail}): download it again.`;
    case 'unknownType':
      return `${file} uses a number format that is unknown here (type ${problem.type} of '${problem.tensor}'): choose another quantization.`;
    case 'notModel':
      return `${file} holds no language model (${problem.detail}): choose the file of the model itself.`;
    case 'notFirstPart':
      return `${file} is part ${problem.part} of ${problem.parts}: choose the first part, ${problem.first}.`;
    case 'partMissing':
      return `${file} is the first of ${problem.parts} parts, but ${problem.missing} is not beside it: download all parts.`;
    case 'partForeign':
      return `${file} and ${problem.foreign} are not parts of the same model: download all parts again.`;
    default:
      return problem satisfies never;
  }
}
