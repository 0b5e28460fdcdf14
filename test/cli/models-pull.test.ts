/**
 * The way of `punctual models pull` to the network, as a user behind a proxy has it: the built program and the real runtime, which was started
 * by a command that knew of neither proxy nor authority, and a hub and a proxy on this machine.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeModel } from '../gguf/model.ts';
import { authority } from '../models/store/certificates.ts';
import { Hub } from '../models/store/hub.ts';
import { Relay } from '../models/store/relay.ts';
import { type Finished, finished, Program } from './program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const file = '/me/tiny/resolve/main/behind.gguf';
const name = 'hf:me/tiny/behind.gguf';
const password = 'pass word';

let program: Program;
let hub: Hub;
let relay: Relay;
let bytes: Buffer;

const pull = (env: NodeJS.ProcessEnv, ...more: string[]): Promise<Finished> =>
  finished(program.startWith(env, 'models', 'pull', ...more));
const oneLine = ({ code, out, err }: Finished): string => {
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  return err;
};
const way = (): string => `http://me:${encodeURIComponent(password)}@${relay.address}`;

beforeAll(async () => {
  program = await Program.prepare();
  bytes = await readFile((await writeModel({ file: path.join(program.folder, 'made.gguf'), shape: 'tiny' })).file);
  await writeFile(path.join(program.folder, 'own.pem'), authority);
  await program.run('models', 'list');
});
afterAll(() => program.dispose());

beforeEach(async () => {
  hub = await Hub.start({ isSecure: true });
  relay = await Relay.start(`Basic ${Buffer.from(`me:${password}`).toString('base64')}`);
  hub.files.set(file, { bytes, etag: '"1"' });
});
afterEach(async () => {
  await relay.stop();
  await hub.stop();
  await program.run('models', 'remove', 'behind');
});

describe('the way to the hub', () => {
  it('when options name proxy, authority and mirror, then the model comes by them', async () => {
    const options = ['--mirror', hub.origin, '--proxy', way(), '--ca', 'own.pem'];
    expect(await pull({}, name, ...options)).toMatchObject({ code: 0, out: expect.stringMatching(/^behind \(/) });
    expect(new Set(relay.seen)).toEqual(new Set([`CONNECT ${hub.origin.slice('https://'.length)}`]));
  });

  it('when the environment of the command names all of it, then that counts, and the token of HF_TOKEN goes to the hub', async () => {
    const env = {
      HF_ENDPOINT: hub.origin,
      HTTPS_PROXY: way(),
      HTTP_PROXY: 'http://127.0.0.1:1',
      NODE_EXTRA_CA_CERTS: path.join(program.folder, 'own.pem'),
      HF_TOKEN: 'hf_of_the_environment',
    };
    expect(await pull(env, name)).toMatchObject({ code: 0, err: '' });
    expect(relay.seen.length).toBeGreaterThan(0);
    expect(new Set(hub.seen.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${env.HF_TOKEN}`]));
    await program.run('models', 'remove', 'behind');
    relay.seen.splice(0);
    expect(await pull({ ...env, NO_PROXY: '127.0.0.1' }, name)).toMatchObject({ code: 0 });
    expect(relay.seen).toEqual([]);
  });

  it('when the authority is unknown, or the proxy wants a password, then one line says which option helps', async () => {
    const direct = ['--mirror', hub.origin];
    expect(oneLine(await pull({}, name, ...direct))).toMatch(/is not trusted .* --ca FILE, or NODE_EXTRA_CA_CERTS\.$/m);
    const nameless = ['--ca', 'own.pem', '--proxy', relay.address];
    expect(oneLine(await pull({}, name, ...direct, ...nameless))).toMatch(
      /asks for a user and password .* --proxy, or HTTPS_PROXY\.$/m,
    );
    hub.faultOf = () => ({ kind: 'status', status: 401 });
    expect(oneLine(await pull({}, name, ...direct, '--ca', 'own.pem'))).toMatch(
      /may not be downloaded \(401\): .* HF_TOKEN, or of the variable that --token-env names\.$/m,
    );
  });

  it('when an option or a variable cannot be used, then that is told before anybody is asked, without a password', async () => {
    expect(oneLine(await pull({}, name, '--ca', 'none.pem'))).toContain('The certificate file none.pem cannot be read');
    expect(oneLine(await pull({}, name, '--ca', 'made.gguf'))).toContain('holds no certificate in PEM form');
    const secret = 'socks5://me:hidden@127.0.0.1:1';
    const asVariable = oneLine(await pull({ HTTPS_PROXY: secret }, name));
    expect(asVariable).toContain('The environment variable HTTPS_PROXY is no http(s) address');
    const asOption = await pull({}, name, '--proxy', secret);
    expect(asOption).toMatchObject({ code: 2, err: expect.stringContaining('--proxy is no http(s) address') });
    expect(asVariable + asOption.err).not.toContain('hidden');
  });
});

describe('a file that differs from its first download', () => {
  it('when nobody vouches for it, then it is taken only after --trust-new, which the refusal names', async () => {
    const options = [name, '--mirror', hub.origin, '--ca', 'own.pem'];
    expect(await pull({}, ...options)).toMatchObject({ code: 0 });
    await program.run('models', 'remove', 'behind');
    hub.files.set(file, { bytes: Buffer.concat([bytes, Buffer.alloc(4_096)]), etag: '"2"' });
    expect(oneLine(await pull({}, ...options))).toMatch(/behind\.gguf is not the file .* --trust-new takes the file/);
    expect(await pull({}, ...options, '--trust-new')).toMatchObject({ code: 0 });
    await program.run('models', 'remove', 'behind');
    expect(await pull({}, ...options), 'the new one is the one that is expected now').toMatchObject({ code: 0 });
  });
});
