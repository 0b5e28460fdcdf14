/** Everything that can be wrong with a model file, and the one sentence that says so and what to do. */
import { SaidError, sentence, type Words } from '../../core/sentence.ts';

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
export class GgufError extends SaidError {
  override readonly name = 'GgufError';
  readonly file: string;
  readonly problem: GgufProblem;

  constructor(file: string, problem: GgufProblem) {
    super(sentenceOf(file, problem));
    this.file = file;
    this.problem = problem;
  }
}

function sentenceOf(file: string, problem: GgufProblem): Words {
  switch (problem.kind) {
    case 'missing':
      return sentence('There is no model file at {0}: check the path or download the model again.', file);
    case 'forbidden':
      return sentence('{0} may not be read by this user: change its permissions.', file);
    case 'folder':
      return sentence('{0} is a folder: choose a model file in it.', file);
    case 'unreadable':
      return sentence('{0} cannot be read ({1}): check the disk, or copy the file elsewhere.', file, problem.reason);
    case 'notGguf':
      return sentence('{0} is not a model in the GGUF format: download it again, or choose another file.', file);
    case 'version':
      return sentence(
        '{0} has GGUF version {1}, but only 2 and 3 can be read: get a newer file of this model.',
        file,
        problem.version,
      );
    case 'bigEndian':
      return sentence(
        '{0} was written for big-endian machines: get the ordinary (little-endian) file of this model.',
        file,
      );
    case 'truncated':
      return sentence(
        '{0} is incomplete ({1} bytes of at least {2}): download it again.',
        file,
        problem.bytes,
        problem.bytesNeeded,
      );
    case 'damaged':
      return sentence('{0} is damaged ({1}): download it again.', file, problem.detail);
    case 'unknownType':
      return sentence(
        "{0} uses a number format that is unknown here (type {1} of '{2}'): choose another quantization.",
        file,
        problem.type,
        problem.tensor,
      );
    case 'notModel':
      return sentence('{0} holds no language model ({1}): choose the file of the model itself.', file, problem.detail);
    case 'notFirstPart':
      return sentence(
        '{0} is part {1} of {2}: choose the first part, {3}.',
        file,
        problem.part,
        problem.parts,
        problem.first,
      );
    case 'partMissing':
      return sentence(
        '{0} is the first of {1} parts, but {2} is not beside it: download all parts.',
        file,
        problem.parts,
        problem.missing,
      );
    case 'partForeign':
      return sentence('{0} and {1} are not parts of the same model: download all parts again.', file, problem.foreign);
    default:
      return problem satisfies never;
  }
}
