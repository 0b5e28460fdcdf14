/** From options and environment to what the runtime is told of the way to the hub. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError, UsageError } from '../../runtime/cli/command.ts';
import { downloadsOf, tokenOf, withAdvice } from '../../runtime/cli/models-network.ts';
import { fakeIo } from './fake-io.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'punctual-network-'));
  await writeFile(path.join(folder, 'own.pem'), 'x');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Env = Record<string, string>;
const io = (env: Env) => fakeIo(folder, { env });
const downloads = (env: Env, model = 'qwen', values = {}) => downloadsOf(model, values, io(env));

describe('the proxy', () => {
  const env = { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1', HTTP_PROXY: 'plain:2' };

  it.each([
    ['qwen', {}, 'http://lower:1'],
    ['https://example.org/x.gguf', { mirror: 'http://mirror' }, 'http://lower:1'],
    ['qwen', { mirror: 'http://mirror' }, 'http://plain:2'],
    ['https://huggingface.co/o/r/resolve/main/x.gguf', { mirror: 'http://mirror' }, 'http://plain:2'],
    ['http://example.org/x.gguf', {}, 'http://plain:2'],
    ['http://example.org/x.gguf', { proxy: 'https://me:pw@given:3' }, 'https://me:pw@given:3'],
  ])(
    'when %s is pulled with %j, then the variable for its first address counts, and an option before it',
    async (model, values, proxy) => {
      expect(await downloads(env, model, values)).toMatchObject({ proxy });
    },
  );

  it('when variables are empty or absent, then the runtime is told nothing', async () => {
    expect(await downloads({ HTTPS_PROXY: '', NO_PROXY: '', HF_ENDPOINT: '', NODE_EXTRA_CA_CERTS: '' })).toEqual({});
  });

  it('when hosts are to be asked without it, then they are named too', async () => {
    expect(await downloads({ ...env, NO_PROXY: 'localhost,.corp' })).toMatchObject({ noProxy: 'localhost,.corp' });
  });
});

describe('the certificate authority', () => {
  it('when its file is relative, then it is told by its full path, and an option goes before the variable', async () => {
    const own = path.join(folder, 'own.pem');
    expect(await downloads({ NODE_EXTRA_CA_CERTS: 'own.pem' })).toEqual({ certificates: own });
    expect(await downloads({ NODE_EXTRA_CA_CERTS: '/elsewhere.pem' }, 'qwen', { ca: 'own.pem' })).toEqual({
      certificates: own,
    });
  });

  it('when the file of the variable is not there, then it does not count, as with Node itself', async () => {
    expect(await downloads({ NODE_EXTRA_CA_CERTS: '/no/such.pem' })).toEqual({});
    await expect(downloads({}, 'qwen', { ca: 'none.pem' })).rejects.toThrow('give the path of a PEM file');
  });
});

describe('the access token', () => {
  it('when no variable is named, then HF_TOKEN counts; one that is named must be set', () => {
    expect(tokenOf({}, io({}))).toBeUndefined();
    expect(tokenOf({}, io({ HF_TOKEN: ' hf_one\n' }))).toBe('hf_one');
    expect(tokenOf({ 'token-env': 'MINE' }, io({ HF_TOKEN: 'hf_one', MINE: 'hf_two' }))).toBe('hf_two');
    expect(() => tokenOf({ 'token-env': 'MINE' }, io({ HF_TOKEN: 'hf_one' }))).toThrow('MINE is not set');
    expect(() => tokenOf({ 'token-env': 'hf-token' }, io({}))).toThrow(UsageError);
  });
});

describe('advice', () => {
  it('when a refusal has an option that helps, then it is named behind the sentence, else nothing is added', () => {
    expect(withAdvice(new CommandError('No.', 'certificate'))).toMatchObject({
      message: expect.stringMatching(/^No\. .*--ca FILE/),
      code: 'certificate',
    });
    const other = new CommandError('No.', 'disk-full');
    expect(withAdvice(other)).toBe(other);
    expect(withAdvice('what is no error')).toBe('what is no error');
  });
});
