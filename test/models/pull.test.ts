import { describe, expect, it } from 'vitest';
import { builtinCatalog } from '../../runtime/models/catalog/catalog.ts';
import { requestOf } from '../../runtime/models/pull.ts';

const catalog = builtinCatalog();
const request = (model: string, more: object = {}) => requestOf({ model, ...more }, catalog);

describe('what is downloaded', () => {
  it('when the catalog states size and hash, then the file is the one at that commit, and no other will do', () => {
    expect(request('qwen2.5-coder-0.5b')).toMatchObject({
      uri: expect.stringMatching(
        /^https:\/\/huggingface\.co\/.*\/resolve\/[0-9a-f]{40}\/qwen2\.5-coder-0\.5b-q8_0\.gguf$/,
      ),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: 531_068_128,
    });
  });

  it('when the user trusts a new file, then it is the one that is there now, whatever was noted', () => {
    const trusting = request('qwen2.5-coder-0.5b', { trustNew: true });
    expect(trusting).toMatchObject({ uri: expect.stringContaining('/resolve/main/'), trustNew: true });
    expect(trusting).not.toHaveProperty('sha256');
  });

  it('when nothing is said of the quantization, then it is the smallest file; else the one that was asked for', () => {
    expect(request('qwen2.5-coder-1.5b')).toMatchObject({ name: 'Qwen2.5-Coder-1.5B.Q4_K_M.gguf' });
    expect(request('Qwen2.5-Coder-1.5B', { quantization: 'q8_0' })).toMatchObject({ bytes: 1_646_573_056 });
  });

  it('when it is an address, then it is that', () => {
    expect(request('https://example.org/x.gguf')).toEqual({ uri: 'https://example.org/x.gguf', trustNew: false });
    expect(request('hf:me/mine/x.gguf')).toEqual({ uri: 'hf:me/mine/x.gguf', trustNew: false });
  });

  it.each([
    ['qwen', {}, 'unknownModel', /The catalog has no model called 'qwen' \(did you mean qwen/],
    ['C:\\x.gguf', {}, 'unknownModel', /give the address of a GGUF file/],
    ['tinycode-4m', {}, 'embedded', /there is nothing to download/],
    [
      'qwen2.5-coder-1.5b',
      { quantization: 'Q2_K' },
      'unknownQuantization',
      /no Q2_K of qwen2\.5-coder-1\.5b: there is Q4_K_M, Q8_0/,
    ],
    ['https://example.org/x.gguf', { quantization: 'Q4_0' }, 'unknownQuantization', /leave the quantization out/],
  ])('when %s with %j cannot be had, then a sentence says why', (model, more, code, message) => {
    expect(() => request(model, more)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
