import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Readable } from '../../../../runtime/features/completion/context/readable.ts';

const folder = { uri: 'file:///folder/shop', name: 'shop' };
const path = (uri: string, readable = new Readable([folder], [])): string | undefined => readable.placeOf(uri)?.path;

/** Names under which tools keep what is secret. */
const secretNames = [
  '.env',
  '.env.local',
  '.env.production',
  'prod.env',
  '.envrc',
  'server.pem',
  'server.key',
  'store.p12',
  'store.pfx',
  'keys.jks',
  'vault.kdbx',
  'putty.ppk',
  'id_rsa',
  'id_rsa.pub',
  'id_ed25519',
  'id_ecdsa.bak',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.netrc',
  '_netrc',
  '.htpasswd',
  '.pgpass',
  '.git-credentials',
  'credentials',
  'credentials.json',
  'aws-credentials.yml',
  'secrets.yaml',
  'app-secrets.json',
  'my-service-account-1.json',
  'terraform.tfvars',
  'terraform.tfstate',
  'terraform.tfstate.backup',
  'local.settings.json',
  'kubeconfig',
  '.dockercfg',
];

describe('what may be read', () => {
  it('when a file is in the workspace, then its place there is said', () => {
    const readable = new Readable([folder], []);
    expect(readable.placeOf('file:///folder/shop/src/cart.ts')).toEqual({ folder: 'shop', path: 'src/cart.ts' });
    expect(path('file:///folder/shop/with%20space/%C3%A4.ts')).toBe('with space/ä.ts');
    // It is asked for at each edit.
    expect(readable.placeOf('file:///folder/shop/src/cart.ts')).toBe(
      readable.placeOf('file:///folder/shop/src/cart.ts'),
    );
  });

  it.each([
    'file:///folder/other/a.ts',
    'file:///folder/shopping/a.ts',
    'file:///folder/shop',
    'file:///folder/shop/../other/a.ts',
    'file:///folder/shop/%2e%2e/other/a.ts',
    'file:///folder/shop/a%2F..%2F..%2Fother/a.ts',
    'file:///folder/shop/a%5C..%5C..%5Cother/a.ts',
    'file:///folder/shop/a%00.ts',
    'file://elsewhere/folder/shop/a.ts',
    'vscode-remote://ssh/folder/shop/a.ts',
    'untitled:Untitled-1',
    'not an address',
    'file:///folder/shop/%E0%A4%A',
    '',
  ])('when a file is %s, then it is not in the workspace', (uri) => {
    expect(path(uri)).toBeUndefined();
  });

  it('when no folder is open, then nothing is read', () => {
    expect(path('file:///folder/shop/a.ts', new Readable([], []))).toBeUndefined();
  });

  it('when the drive of a path is written in another case, then it is the same', () => {
    const windows = new Readable([{ uri: 'file:///c%3A/folder', name: 'folder' }], []);
    expect(path('file:///C:/folder/src/a.ts', windows)).toBe('src/a.ts');
  });

  it.each(secretNames)('when a file is %s, then it is never read, wherever it lies', (name) => {
    for (const place of [name, `deep/in/${name}`, name.toUpperCase(), encodeURIComponent(name).replace('.', '%2E')])
      expect(path(`file:///folder/shop/${place}`)).toBeUndefined();
  });

  it.each([
    '.ssh/config',
    '.aws/config',
    'home/.kube/cache.ts',
    '.docker/config.json',
    '.git/config',
    '.config/gcloud/a',
  ])('when a file is %s, then its folder keeps it from being read', (place) => {
    expect(path(`file:///folder/shop/${place}`)).toBeUndefined();
  });

  it.each(['src/environment.ts', 'src/keyboard.ts', 'src/tokens.ts', 'README.md', 'src/pem.ts', '.github/ci.yml'])(
    'when a file is %s, then it only looks like one that holds secrets',
    (place) => {
      expect(path(`file:///folder/shop/${place}`)).toBe(place);
    },
  );

  it('when the user excludes files, then they are not read, and nothing that holds secrets is let in by it', () => {
    const readable = new Readable([folder], ['**/private/**', '*.sql', '  ', '!.env']);
    expect(path('file:///folder/shop/private/a.ts', readable)).toBeUndefined();
    expect(path('file:///folder/shop/db/a.sql', readable)).toBeUndefined();
    expect(path('file:///folder/shop/.env', readable)).toBeUndefined();
    expect(path('file:///folder/shop/a.ts', readable)).toBe('a.ts');
  });

  it('when what the user excludes cannot be understood, then nothing is read', () => {
    expect(path('file:///folder/shop/a.ts', new Readable([folder], ['{a,b}'.repeat(50)]))).toBeUndefined();
  });

  it('when the folder ignores or hides files, then they are not read; and it lets nothing in', () => {
    const readable = new Readable([{ ...folder, ignore: 'dist\n!.env', excluded: ['**/*.gen.ts'] }], []);
    expect(path('file:///folder/shop/dist/a.ts', readable)).toBeUndefined();
    expect(path('file:///folder/shop/src/a.gen.ts', readable)).toBeUndefined();
    expect(path('file:///folder/shop/.env', readable)).toBeUndefined();
    expect(path('file:///folder/shop/src/a.ts', readable)).toBe('src/a.ts');
  });

  it('when a folder in it ignores files, then they are not read, wherever the folder is', () => {
    for (const root of ['file:///folder/shop', 'vscode-remote://ssh-remote%2Bbox/folder/shop']) {
      const ignores = [{ folder: 'packages/App', text: '/dist\n!.env\n' }];
      const readable = new Readable([{ uri: root, name: 'shop', ignore: '*.log', ignores }], []);
      expect(readable.placeOf(`${root}/packages/App/dist/a.ts`)).toBeUndefined();
      expect(readable.placeOf(`${root}/packages/App/a.log`)).toBeUndefined();
      expect(readable.placeOf(`${root}/packages/App/.env`)).toBeUndefined();
      expect(readable.placeOf(`${root}/dist/a.ts`)?.path).toBe('dist/a.ts');
    }
  });

  it('when a folder lies in another, then either keeps its files from being read', () => {
    const outer = { uri: 'file:///folder', name: 'folder', ignore: 'shop/out' };
    const readable = new Readable([outer, { ...folder, ignore: 'tmp' }], []);
    expect(readable.placeOf('file:///folder/shop/a.ts')).toEqual({ folder: 'shop', path: 'a.ts' });
    expect(readable.placeOf('file:///folder/b.ts')).toEqual({ folder: 'folder', path: 'b.ts' });
    expect(readable.placeOf('file:///folder/shop/out/a.ts')).toBeUndefined();
    expect(readable.placeOf('file:///folder/shop/tmp/a.ts')).toBeUndefined();
  });

  it('when anybody sets anything, then what holds secrets is never read', () => {
    const segment = fc.stringMatching(/^[a-z]{1,6}$/);
    const setting = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('!**', '!.env', '!*.pem', '**', '!*'));
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 3 }),
        fc.constantFrom(...secretNames),
        fc.array(setting, { maxLength: 4 }),
        fc.array(setting, { maxLength: 4 }),
        (folders, name, excluded, ignore) => {
          const readable = new Readable([{ ...folder, ignore: ignore.join('\n'), excluded: ignore }], excluded);
          const uri = `file:///folder/shop/${[...folders, name].map(encodeURIComponent).join('/')}`;
          expect(readable.placeOf(uri)).toBeUndefined();
        },
      ),
    );
  });
});
