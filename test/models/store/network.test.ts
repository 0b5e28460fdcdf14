/** The way to the server: token, redirects, mirror, proxies, certificates. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authority, certificate } from './certificates.ts';
import { Hub } from './hub.ts';
import { Relay } from './relay.ts';
import { failure, fileOf, kB, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.make();
});
afterEach(() => world.end());

const name = 'tiny.gguf';
const file = fileOf(15 * kB);
const onHub = 'https://huggingface.co/owner/repo/resolve/main/tiny.gguf';
const place = '/owner/repo/resolve/main/tiny.gguf';
const token = 'hf_secret';

const tokens = (hub: Hub): Set<string | undefined> => new Set(hub.seen.map(({ authorization }) => authorization));

describe('the access token', () => {
  it('when the mirror is the hub, then the token goes there and the hub itself is not asked', async () => {
    world.hub.files.set(place, file);
    world.network = { env: {}, mirror: `${world.hub.origin}/`, token };
    await world.store().download({ uri: onHub });
    expect(tokens(world.hub)).toEqual(new Set([`Bearer ${token}`]));
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when it is redirected to another host, then the token stays behind, also on the way back', async () => {
    const cdn = world.also(await Hub.start());
    cdn.faultOf = () => ({ kind: 'redirect', to: world.hub.uri('/back') });
    world.hub.files.set('/back', file);
    world.hub.faultOf = ({ path: asked }) =>
      asked === place ? { kind: 'redirect', to: cdn.uri('/signed?key=abc') } : undefined;
    world.network = { env: {}, mirror: world.hub.origin, token };
    await world.store().download({ uri: onHub });
    expect(tokens(cdn)).toEqual(new Set([undefined]));
    for (const { path: asked, authorization } of world.hub.seen)
      expect(authorization).toBe(asked === place ? `Bearer ${token}` : undefined);
  });

  it('when it is redirected on the same host, then the token goes along', async () => {
    world.hub.files.set('/moved', file);
    world.hub.faultOf = ({ path: asked }) => (asked === place ? { kind: 'redirect', to: '/moved' } : undefined);
    world.network = { env: {}, mirror: world.hub.origin, token };
    await world.store().download({ uri: onHub });
    expect(tokens(world.hub)).toEqual(new Set([`Bearer ${token}`]));
  });

  it('when the file is at another host, then the token is not sent', async () => {
    const other = world.also(await Hub.start());
    other.files.set('/tiny.gguf', file);
    world.network = { env: {}, mirror: world.hub.origin, token };
    await world.store().download({ uri: other.uri('/tiny.gguf') });
    expect(tokens(other)).toEqual(new Set([undefined]));
  });

  it('when everything fails, then neither the token nor a signed query is in the log or in the message', async () => {
    const cdn = world.also(await Hub.start());
    cdn.faultOf = () => ({ kind: 'status', status: 500 });
    world.hub.faultOf = () => ({ kind: 'redirect', to: cdn.uri('/file?X-Signature=secret-key') });
    world.network = { env: {}, mirror: world.hub.origin, token };
    const message = await failure(world.store().download({ uri: onHub }), 'server');
    expect(world.log.length).toBeGreaterThan(0);
    expect([message, ...world.log].join('\n')).not.toMatch(/hf_secret|secret-key/);
  });

  it('when it was pasted with a line break, then that is told without repeating it', async () => {
    world.network = { env: {}, mirror: world.hub.origin, token: `${token}\n` };
    const message = await failure(world.store().download({ uri: onHub }), 'bad-settings');
    expect(message).toContain('access token');
    expect(message).not.toContain(token);
    expect(world.hub.seen).toEqual([]);
  });

  it('when the connection would not be encrypted, then the token is kept back and the refusal says so', async () => {
    const relay = world.also(await Relay.start());
    world.network = { env: {}, mirror: 'http://mirror.invalid', token, proxy: `http://${relay.address}` };
    relay.answer = { status: 401 };
    expect(await failure(world.store().download({ uri: onHub }), 'not-allowed')).toContain('not encrypted');
    expect(relay.tokens).toEqual([undefined]);
  });
});

describe('redirects', () => {
  it('when they never end, then they are given up', async () => {
    world.hub.faultOf = () => ({ kind: 'redirect', to: '/again' });
    await failure(world.store().download({ uri: world.hub.uri('/tiny.gguf') }), 'bad-answer');
    expect(world.hub.seen.length).toBeLessThan(20);
  });

  it('when one leads to an address that is none, or to another protocol, then it is refused', async () => {
    for (const to of ['http://', 'ftp://127.0.0.1/tiny.gguf']) {
      world.hub.faultOf = () => ({ kind: 'redirect', to });
      await failure(world.store().download({ uri: world.hub.uri('/tiny.gguf') }), 'bad-answer');
    }
  });

  it('when a signed address has expired, then a new one is asked for', async () => {
    world.hub.files.set('/cdn', file);
    let refusals = 1;
    world.hub.faultOf = ({ path: asked, range }) => {
      if (asked === '/tiny.gguf') return { kind: 'redirect', to: '/cdn' };
      return range === 'bytes=10000-14999' && refusals-- > 0 ? { kind: 'status', status: 403 } : undefined;
    };
    await world.store().download({ uri: world.hub.uri('/tiny.gguf') });
    expect(world.waits).toEqual([750]);
  });
});

describe('a proxy', () => {
  const uri = 'http://models.invalid/tiny.gguf';

  it('when the environment names one, then plain requests are forwarded by it', async () => {
    const relay = world.also(await Relay.start());
    relay.hosts.set('models.invalid', world.hub.origin);
    world.hub.files.set('/tiny.gguf', file);
    world.network = { env: { HTTP_PROXY: `http://${relay.address}` } };
    await world.store().download({ uri });
    expect(await world.read(name)).toEqual(file.bytes);
    expect(new Set(relay.seen)).toEqual(new Set([`GET ${uri}`]));
  });

  it('when NO_PROXY names the host, then it is asked directly', async () => {
    const relay = world.also(await Relay.start());
    world.hub.files.set('/tiny.gguf', file);
    world.network = { env: { http_proxy: `http://${relay.address}`, no_proxy: 'localhost,127.0.0.1' } };
    await world.store().download({ uri: world.hub.uri('/tiny.gguf') });
    expect(relay.seen).toEqual([]);
  });

  it('when the settings name one, then it goes before the environment, and its password is sent to it alone', async () => {
    const relay = world.also(await Relay.start(`Basic ${Buffer.from('me:pass word').toString('base64')}`));
    relay.hosts.set('models.invalid', world.hub.origin);
    world.hub.files.set('/tiny.gguf', file);
    world.network = {
      env: { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '' },
      proxy: `http://me:pass%20word@${relay.address}`,
    };
    await world.store().download({ uri });
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when the address is https, then a tunnel is made through it', async () => {
    const relay = world.also(await Relay.start());
    const secure = world.also(await Hub.start({ isSecure: true }));
    secure.files.set('/tiny.gguf', file);
    world.network = { env: { HTTPS_PROXY: `http://${relay.address}` }, caFile: await authorityFile() };
    await world.store().download({ uri: secure.uri('/tiny.gguf') });
    expect(await world.read(name)).toEqual(file.bytes);
    expect(new Set(relay.seen)).toEqual(new Set([`CONNECT ${secure.origin.slice('https://'.length)}`]));
  });

  it('when it wants a password, then the user is told to give it one, for plain requests and tunnels', async () => {
    const relay = world.also(await Relay.start('Basic x'));
    const secure = world.also(await Hub.start({ isSecure: true }));
    world.network = { env: {}, proxy: `http://${relay.address}` };
    for (const address of [uri, secure.uri('/tiny.gguf')])
      expect(await failure(world.store().download({ uri: address }), 'proxy')).toContain('user and password');
  });

  it('when its address has no scheme, then http is meant; other kinds are refused', async () => {
    const relay = world.also(await Relay.start());
    relay.hosts.set('models.invalid', world.hub.origin);
    world.hub.files.set('/tiny.gguf', file);
    world.network = { env: {}, proxy: relay.address, mirror: '', caFile: '', token: '', noProxy: '' };
    await world.store().download({ uri });
    expect(relay.seen.length).toBeGreaterThan(0);
    world.network = { env: { HTTPS_PROXY: 'socks5://127.0.0.1:1' } };
    await failure(world.store().download({ uri: onHub }), 'bad-settings');
  });

  it('when its address is no address, then the sentence does not repeat the password in it', async () => {
    world.network = { env: {}, proxy: 'me:hidden@@nowhere:port' };
    expect(await failure(world.store().download({ uri }), 'bad-settings')).not.toContain('hidden');
  });
});

async function authorityFile(): Promise<string> {
  const pem = path.join(world.root, 'authority.pem');
  await writeFile(pem, authority);
  return pem;
}

describe('certificates', () => {
  it('when the authority is unknown, then the user is told how to name it, at once', async () => {
    const secure = world.also(await Hub.start({ isSecure: true }));
    const message = await failure(world.store().download({ uri: secure.uri('/tiny.gguf') }), 'certificate');
    expect(message).toContain('certificate authority');
    expect(world.waits).toEqual([]);
  });

  it('when its file is named, then the server is trusted', async () => {
    const secure = world.also(await Hub.start({ isSecure: true }));
    secure.files.set('/tiny.gguf', file);
    world.network = { env: {}, caFile: await authorityFile() };
    await world.store().download({ uri: secure.uri('/tiny.gguf') });
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when another file is named too, then the authorities of NODE_EXTRA_CA_CERTS still count', async () => {
    const secure = world.also(await Hub.start({ isSecure: true }));
    secure.files.set('/tiny.gguf', file);
    const own = path.join(world.root, 'own.pem');
    await writeFile(own, certificate);
    world.network = { env: { NODE_EXTRA_CA_CERTS: await authorityFile() }, caFile: own };
    await world.store().download({ uri: secure.uri('/tiny.gguf') });
    expect(await world.read(name)).toEqual(file.bytes);
  });

  it('when the file cannot be read or is none, then that is told', async () => {
    const none = path.join(world.root, 'none.pem');
    world.network = { env: {}, caFile: none };
    await failure(world.store().download({ uri: onHub }), 'bad-settings');
    await writeFile(none, 'no certificate');
    expect(await failure(world.store().download({ uri: onHub }), 'bad-settings')).toContain('PEM');
  });

  it('when the mirror is no address, then that is told', async () => {
    world.network = { env: {}, mirror: 'mirror' };
    expect(await failure(world.store().download({ uri: onHub }), 'bad-settings')).toContain('the mirror');
  });
});
