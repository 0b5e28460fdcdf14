/** What a model file says of itself, read from files with true shapes and made-up weights. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GgufError } from '../../../runtime/models/gguf/problem.ts';
import { readModelFile } from '../../../runtime/models/gguf/read.ts';
import { embeddedModel } from '../../engine/models.ts';
import { type WrittenModel, writeModel } from '../../gguf/model.ts';
import {
  arrayKey,
  modelKeys,
  modelTensor,
  type RawFile,
  rawFile,
  text,
  textKey,
  u32,
  u32Key,
  valueTypes,
} from './raw.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-gguf-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, parts: RawFile): string {
  const file = path.join(folder, name);
  writeFileSync(file, rawFile(parts));
  return file;
}

/** Keys of an architecture whose name stands in its own keys. */
function keysOf(architecture: string, numbers: Readonly<Record<string, number>>): Buffer[] {
  const own = Object.entries(numbers).map(([key, value]) => u32Key(`${architecture}.${key}`, value));
  return [textKey('general.architecture', architecture), ...own];
}

describe('a model file', () => {
  let tiny: WrittenModel;
  beforeAll(async () => {
    tiny = await writeModel({ file: path.join(folder, 'tiny.gguf'), shape: 'tiny', type: 'Q4_0' });
  });

  it('when it is read, then it says what it is', async () => {
    const model = await readModelFile(tiny.file);
    expect(model).toMatchObject({
      files: [tiny.file],
      fileBytes: tiny.bytes,
      architecture: 'qwen2',
      name: 'made-up tiny (chain)',
      parameters: tiny.parameters,
      quantization: 'Q4_0',
      contextTokens: 8_192,
      layers: 4,
      embeddingLength: 128,
      feedForwardLength: 512,
      chatTemplate: true,
      reasoning: false,
      serves: ['completion', 'summarize', 'translate'],
    });
    expect(model.vocabulary.tokens).toBe(320);
    expect(model.attention).toMatchObject({ keyLength: 32, valueLength: 32, windowTokens: undefined });
    expect(model.attention.layers).toHaveLength(4);
    expect(model.attention.layers[0]).toEqual({ keyWidth: 64, valueWidth: 64, sliding: false, stateValues: 0 });
    expect(model.tensors.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(tiny.bytes);
    expect(model.tensors.at(-1)?.offset).toBeGreaterThan(0);
  });

  it('when the embedded model is read, then it can do what it ships for', async () => {
    const model = await readModelFile(embeddedModel);
    expect(model).toMatchObject({ architecture: 'qwen3', layers: 5, contextTokens: 2_048 });
    expect(model.serves).toEqual(['completion', 'summarize', 'translate']);
  });

  it('when there are no infill tokens or no chat template, then it serves less', async () => {
    const chat = await writeModel({ file: path.join(folder, 'chat.gguf'), shape: 'tiny', noFim: true });
    expect((await readModelFile(chat.file)).serves).toEqual(['summarize', 'translate']);
    const base = await writeModel({ file: path.join(folder, 'base.gguf'), shape: 'tiny', noChatTemplate: true });
    expect((await readModelFile(base.file)).serves).toEqual(['completion']);
  });

  it('when the head is longer than what is read at first, then more is read', async () => {
    const long = Array.from({ length: 9 }, (_, index) => textKey(`x.${index}`, 'x'.repeat(1024 * 1024)));
    const file = write('long.gguf', { keys: [...long, ...modelKeys] });
    expect((await readModelFile(file)).layers).toBe(2);
  });

  it('when the head is longer than any real one, then it is refused without reading it', async () => {
    const file = write('endless.gguf', { keys: [arrayKey('x', valueTypes.bool, [], 200 * 1024 * 1024)] });
    truncateSync(file, 300 * 1024 * 1024);
    await expect(readModelFile(file)).rejects.toThrow('its head would have more than');
  });

  it('when the markers are not named but known, then they are found among the tokens', async () => {
    const tokens = ['a', '<｜fim▁begin｜>', 'b', '<｜fim▁hole｜>', '<｜fim▁end｜>', '<fim-prefix'].map((token) =>
      text(token),
    );
    const keys = [...modelKeys, arrayKey('tokenizer.ggml.tokens', valueTypes.text, tokens)];
    const model = await readModelFile(write('deepseek.gguf', { keys }));
    expect(model.infill).toEqual({ prefix: 1, suffix: 3, middle: 4 });
    expect(model.vocabulary.tokens).toBe(6);
  });

  it('when a marker is named by a key, then the key counts', async () => {
    const named = ['fim_pre', 'fim_suf'].map((key, index) => u32Key(`tokenizer.ggml.${key}_token_id`, 70 + index));
    const model = await readModelFile(write('named.gguf', { keys: [...modelKeys, ...named] }));
    expect(model.infill).toEqual({ prefix: 70, suffix: 71, middle: undefined });
  });

  it('when the template lets the model think, then it is known for it', async () => {
    const keys = [...modelKeys, textKey('tokenizer.chat_template', '{% if enable_thinking %}<think>{% endif %}')];
    expect((await readModelFile(write('think.gguf', { keys }))).reasoning).toBe(true);
  });

  it('when it names a licence and a size, then they are told', async () => {
    const said = [textKey('general.license', 'apache-2.0'), textKey('general.size_label', '1.5B')];
    const model = await readModelFile(write('said.gguf', { keys: [...modelKeys, ...said] }));
    expect(model).toMatchObject({ licence: 'apache-2.0', sizeLabel: '1.5B' });
  });

  it('when a name would not fit into a line or command the terminal, then it is made to', async () => {
    const keys = [...modelKeys, textKey('general.name', `a\u001b[2Jb\n${'x'.repeat(1_000)}`)];
    const { name } = await readModelFile(write('name.gguf', { keys }));
    expect(name).toBe(`a [2Jb ${'x'.repeat(193)}`);
  });
});

describe('what layers keep', () => {
  it('when heads of keys and values differ by layer, then each layer has its own width', async () => {
    const keys = [
      ...keysOf('lfm2', { block_count: 3, embedding_length: 64, 'attention.head_count': 4 }),
      arrayKey('lfm2.attention.head_count_kv', valueTypes.i32, [u32(0), u32(2), u32(0)]),
    ];
    const { attention } = await readModelFile(write('lfm2.gguf', { keys }));
    expect(attention.layers.map(({ keyWidth }) => keyWidth)).toEqual([0, 32, 0]);
  });

  it('when an architecture slides, then all but every sixth layer look at the window only', async () => {
    const numbers = {
      block_count: 12,
      embedding_length: 64,
      'attention.head_count': 4,
      'attention.sliding_window': 512,
      'attention.key_length': 32,
      'attention.value_length': 32,
    };
    const { attention } = await readModelFile(write('gemma3.gguf', { keys: keysOf('gemma3', numbers) }));
    expect(attention.windowTokens).toBe(512);
    expect(attention.layers.flatMap(({ sliding }, layer) => (sliding ? [] : [layer]))).toEqual([5, 11]);
    expect(attention.layers[0]?.keyWidth).toBe(128);
    // Mistral's first files carry the key, too, and llama.cpp keeps everything nevertheless.
    const ignored = await readModelFile(write('mistral.gguf', { keys: keysOf('llama', numbers) }));
    expect(ignored.attention.windowTokens).toBeUndefined();
  });

  it('when attention takes turns with recurrence, then recurrent layers keep a state and no tokens', async () => {
    const numbers = {
      block_count: 8,
      embedding_length: 64,
      'attention.head_count': 4,
      'attention.head_count_kv': 1,
      full_attention_interval: 4,
      'ssm.conv_kernel': 4,
      'ssm.inner_size': 128,
      'ssm.state_size': 16,
      'ssm.group_count': 2,
    };
    const { attention } = await readModelFile(write('qwen35.gguf', { keys: keysOf('qwen35', numbers) }));
    expect(attention.layers.map(({ keyWidth }) => keyWidth)).toEqual([0, 0, 0, 16, 0, 0, 0, 16]);
    expect(attention.layers[0]?.stateValues).toBe(3 * (128 + 2 * 2 * 16) + 16 * 128);
  });
});

describe('a split set', () => {
  const split = (part: number, parts: number, tensors = parts): Buffer[] => [
    u32Key('split.no', part),
    u32Key('split.count', parts),
    u32Key('split.tensors.count', tensors),
  ];
  const second = { ...modelTensor, name: 'output.weight' };
  const writeSet = (stem: string, others: RawFile): string => {
    write(`${stem}-00002-of-00002.gguf`, { tensors: [second], ...others });
    return write(`${stem}-00001-of-00002.gguf`, { keys: [...modelKeys, ...split(0, 2)] });
  };

  it('when its first file is chosen, then the others are found beside it', async () => {
    const model = await readModelFile(writeSet('whole', { keys: split(1, 2) }));
    expect(model.files.map((file) => path.basename(file))).toEqual([
      'whole-00001-of-00002.gguf',
      'whole-00002-of-00002.gguf',
    ]);
    expect(model.parameters).toBe(2 * 64 * 64);
    expect(model.tensors.map(({ part }) => part)).toEqual([0, 1]);
  });

  it('when another of its files is chosen, then it says which is the first', async () => {
    writeSet('other', { keys: split(1, 2) });
    await expect(readModelFile(path.join(folder, 'other-00002-of-00002.gguf'))).rejects.toThrow(
      'is part 2 of 2: choose the first part, other-00001-of-00002.gguf.',
    );
  });

  it('when a part is missing or belongs elsewhere, then it says so', async () => {
    const first = writeSet('missing', { keys: split(1, 2) });
    rmSync(path.join(folder, 'missing-00002-of-00002.gguf'));
    await expect(readModelFile(first)).rejects.toThrow('missing-00002-of-00002.gguf is not beside it');
    await expect(readModelFile(writeSet('foreign', { keys: split(1, 3) }))).rejects.toThrow('not parts of the same');
    const more = { keys: split(1, 2), tensors: [second, { ...second, name: 'x', offset: 16_384 }], dataBytes: 32_768 };
    await expect(readModelFile(writeSet('more', more))).rejects.toThrow('not parts of the same');
  });

  it('when it claims more parts than any model has, then nothing is looked for', async () => {
    const file = write('many-00001-of-99999.gguf', { keys: [...modelKeys, ...split(0, 99_999)] });
    await expect(readModelFile(file)).rejects.toThrow(GgufError);
    await expect(readModelFile(file)).rejects.toThrow('99999 parts');
  });
});
