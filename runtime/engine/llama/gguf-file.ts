/**
 * Says in plain words why a file cannot be a model, before the native loader sees it, and why a load failed, after it has.
 */
import { open, stat } from 'node:fs/promises';
import { GgmlType, type GgufTensorInfo, readGgufFileInfo } from 'node-llama-cpp';
import { SaidError, sentence, type Words } from '../../core/sentence.ts';

/** Magic, version, tensor count and key-value count: the fixed head of every GGUF file (ggml/docs/gguf.md). */
const headBytes = 24;

/** A file that cannot be a model; the message is one sentence that names the file and says what to do. */
export class ModelFileError extends SaidError {
  override readonly name = 'ModelFileError';
}

/**
 * Reads the first bytes of the file only.
 * @throws {ModelFileError} when there is no such file, it cannot be read, or it is no GGUF file.
 */
export async function checkModelFile(file: string): Promise<void> {
  const head = await readHead(file);
  if (head.length >= 4 && head.toString('latin1', 0, 4) !== 'GGUF') {
    throw new ModelFileError(
      sentence('{0} is not a model in the GGUF format: download it again, or choose another file.', file),
    );
  }
  if (head.length < headBytes) throw truncated(file, sentence('it has only {0} bytes', head.length));
  const version = head.readUInt32LE(4);
  if (version < 2 || version > 3) {
    throw new ModelFileError(
      sentence(
        '{0} has GGUF version {1}, but only 2 and 3 can be read: get a newer file of this model.',
        file,
        version,
      ),
    );
  }
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new ModelFileError(whyUnreadable(file, error));
  });
  try {
    if ((await handle.stat()).isDirectory())
      throw new ModelFileError(sentence('{0} is a folder: choose a model file in it.', file));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function whyUnreadable(file: string, error: unknown): Words {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return sentence('There is no model file at {0}: check the path or download the model again.', file);
  if (code === 'EACCES' || code === 'EPERM')
    return sentence('{0} may not be read by this user: change its permissions.', file);
  return sentence('{0} cannot be opened: {1}.', file, error instanceof Error ? error.message : String(error));
}

function truncated(file: string, detail: Words): ModelFileError {
  return new ModelFileError(sentence('{0} is incomplete ({1}): download it again.', file, detail));
}

/** Why the native loader may have refused the file: compares its size with what its tensors need. Undefined when that is not it. */
export async function diagnoseModelFile(file: string): Promise<ModelFileError | undefined> {
  try {
    const { size } = await stat(file);
    const info = await readGgufFileInfo(file, { logWarnings: false });
    const ends = (info.tensorInfo ?? []).map((tensor) => Number(tensor.fileOffset) + tensorBytes(tensor));
    const needed = Math.max(0, ...ends);
    if (size < needed) return truncated(file, sentence('it has {0} bytes of at least {1}', size, needed));
    return undefined;
  } catch {
    return truncated(file, sentence('its head cannot be read to the end'));
  }
}

/** Values in one block and bytes for it, for the usual types (ggml-common.h). */
const blockShapes: Partial<Record<GgmlType, readonly [values: number, bytes: number]>> = {
  [GgmlType.F32]: [1, 4],
  [GgmlType.F16]: [1, 2],
  [GgmlType.BF16]: [1, 2],
  [GgmlType.Q4_0]: [32, 18],
  [GgmlType.Q4_1]: [32, 20],
  [GgmlType.Q5_0]: [32, 22],
  [GgmlType.Q5_1]: [32, 24],
  [GgmlType.Q8_0]: [32, 34],
  [GgmlType.Q2_K]: [256, 84],
  [GgmlType.Q3_K]: [256, 110],
  [GgmlType.Q4_K]: [256, 144],
  [GgmlType.Q5_K]: [256, 176],
  [GgmlType.Q6_K]: [256, 210],
};

/** The bytes of a tensor's data; one byte for a type that is not in the table, so that only its start is checked. */
function tensorBytes(tensor: GgufTensorInfo): number {
  const shape = blockShapes[tensor.ggmlType];
  const values = tensor.dimensions.reduce<number>((product, dimension) => product * Number(dimension), 1);
  return shape === undefined ? 1 : (values / shape[0]) * shape[1];
}
