/**
 * Which files may be read for the completion of another one. Pure. Every one of these vetoes counts, and nothing takes one back:
 * 1. files outside of the workspace's folders;
 * 2. files that usually hold secrets ({@link secretGlobs}), whatever anybody sets;
 * 3. what the user has excluded;
 * 4. what the folder's `.gitignore` files ignore, or its editor hides.
 */
import { type IgnoreFile, isIgnored, parseIgnore } from './gitignore.ts';
import { type Glob, matchesGlob, parseGlob } from './glob.ts';

/** Passwords, keys and tokens, by the names that tools give their files. */
export const secretGlobs: readonly string[] = [
  '.env',
  '.env.*',
  '*.env',
  '.envrc',
  '*.{pem,key,p8,p12,pfx,der,jks,keystore,kdb,kdbx,ppk,gpg,pgp,asc,ovpn,kubeconfig,token,secret,secrets,tfvars,tfstate}',
  '*.tfvars.json',
  '*.tfstate.*',
  'id_{rsa,dsa,ecdsa,ed25519}*',
  '.{npmrc,yarnrc,pypirc,netrc,htpasswd,pgpass,git-credentials,dockercfg,boto,s3cfg,terraformrc,vault-token,my.cnf}',
  '.yarnrc.yml',
  '_netrc',
  'kubeconfig',
  'credentials',
  'credentials.*',
  '*credentials*.{json,yml,yaml,toml,ini,xml,properties}',
  'secrets',
  'secrets.*',
  'secret.*',
  '*secrets*.{json,yml,yaml,toml,ini,xml,properties}',
  '*service?account*.json',
  'local.settings.json',
  'wp-config.php',
  '.{ssh,gnupg,aws,azure,kube,docker,git}',
  '**/.config/gcloud',
];

export interface WorkspaceFolder {
  readonly uri: string;
  readonly name: string;
  /** The text of its `.gitignore`. */
  readonly ignore?: string | undefined;
  /** Those of the folders in it, with their places. */
  readonly ignores?: readonly { readonly folder: string; readonly text: string }[] | undefined;
  /** What the editor does not show in it, as globs. */
  readonly excluded?: readonly string[] | undefined;
}

/** A file that may be read: where it is, for a model that is shown a piece of it. */
export interface ReadablePlace {
  /** The name of its folder in the workspace. */
  readonly folder: string;
  /** In that folder, with slashes. */
  readonly path: string;
}

interface Folder {
  readonly name: string;
  readonly root: string;
  readonly ignores: readonly IgnoreFile[];
  readonly globs: readonly Glob[];
}

/** Places that are remembered. */
const knownMax = 4_096;

export class Readable {
  readonly #folders: readonly Folder[];
  readonly #globs: readonly Glob[];
  readonly #known = new Map<string, ReadablePlace | undefined>();

  /** @param excluded globs of the user. One that cannot be understood excludes everything: what it means is not to be read. */
  constructor(folders: readonly WorkspaceFolder[], excluded: readonly string[]) {
    this.#folders = folders
      .flatMap(({ uri, name, ignore = '', ignores = [], excluded: hidden = [] }) => {
        const root = locationOf(uri)?.replace(/\/*$/, '/');
        const files = [parseIgnore(ignore), ...ignores.map(({ folder, text }) => parseIgnore(text, folder))];
        return root === undefined ? [] : [{ name, root, ignores: files, globs: globsOf(hidden) }];
      })
      // The innermost folder is the one that a file belongs to.
      .sort((a, b) => b.root.length - a.root.length);
    this.#globs = [...globsOf(secretGlobs), ...globsOf(excluded)];
  }

  /** Undefined: it must not be read. */
  placeOf(uri: string): ReadablePlace | undefined {
    if (this.#known.has(uri)) return this.#known.get(uri);
    if (this.#known.size >= knownMax) this.#known.clear();
    const place = this.#placeOf(uri);
    this.#known.set(uri, place);
    return place;
  }

  #placeOf(uri: string): ReadablePlace | undefined {
    const location = locationOf(uri);
    const holding = this.#folders.filter(({ root }) => location?.startsWith(root));
    const [innermost] = holding;
    if (location === undefined || innermost === undefined) return undefined;
    // Of a folder in a folder both may ignore it.
    const isVetoed = holding.some(({ root, ignores, globs }) => {
      const path = location.slice(root.length).toLowerCase().split('/');
      return isMeant([...this.#globs, ...globs], path) || isIgnored(ignores, path);
    });
    return isVetoed ? undefined : { folder: innermost.name, path: location.slice(innermost.root.length) };
  }
}

/** A glob that means a folder means all that lies in it. */
function isMeant(globs: readonly Glob[], path: readonly string[]): boolean {
  return path.some((_, last) => {
    const part = path.slice(0, last + 1);
    return globs.some((glob) => matchesGlob(glob, part));
  });
}

function globsOf(sources: readonly string[]): Glob[] {
  const said = sources.map((source) => source.trim()).filter((source) => source !== '');
  return said.map((source) => parseGlob(source) ?? [['**']]);
}

/** Scheme, authority and path as one text that can be compared; undefined for what is no address, or tries to leave its folder. */
function locationOf(uri: string): string | undefined {
  let path: string;
  let url: URL;
  try {
    url = new URL(uri);
    path = decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || path.includes('\0')) return undefined;
  if (path.split(/[/\\]/).some((segment) => segment === '..' || segment === '.')) return undefined;
  // Editors write the letter of a drive in either case.
  const own = path.replace(/^\/[a-z]:/i, (drive) => drive.toLowerCase());
  return `${url.protocol}//${url.host.toLowerCase()}${own}`;
}
