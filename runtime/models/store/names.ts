/** From the address that a user or the catalog gives to the files that must be fetched, and their names on disk. Pure. */
import { sentence, type Words } from '../../core/sentence.ts';
import { StoreError } from './failure.ts';

export const hub = 'https://huggingface.co';
/** A set of more files is no model that a developer's machine could hold. */
const shardsMax = 200;
const nameLengthMax = 200;
const shardPattern = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i;
/** Windows opens devices under these names, whatever the extension. */
const devicePattern = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** One file to fetch. */
export interface WantedFile {
  /** In the models folder. */
  readonly name: string;
  /** As the catalog names it: before a mirror replaces the hub. */
  readonly uri: string;
  /** 64 lower-case hex digits. */
  readonly sha256?: string;
  readonly bytes?: number;
}

/** One model to fetch: a single file, or the shards of a split one in order. */
export interface Wanted {
  /** Of the first file, by which engines load the set. */
  readonly name: string;
  readonly files: readonly WantedFile[];
}

export interface WantedRequest {
  /** `https://…/file.gguf`, `http://…`, or `hf:owner/repository/file.gguf[#revision]`. Any shard stands for its whole set. */
  readonly uri: string;
  /** Of the file on disk; the last part of the address otherwise. A split set keeps its own names. */
  readonly name?: string;
  /** Of the file, or of all shards in order. */
  readonly sha256?: string | readonly string[];
  /** Exact length of the file, or of all shards in order. */
  readonly bytes?: number | readonly number[];
}

/** @throws StoreError `bad-uri`, `bad-name`. */
export function wantedOf({ uri, name, sha256, bytes }: WantedRequest): Wanted {
  const address = addressOf(uri);
  const own = lastOf(address, uri);
  if (own === '' && name === undefined)
    throw new StoreError({ code: 'bad-uri', uri: withoutSecrets(uri), why: sentence('it names no file') });
  const shards = shardsOf(own);
  if (shards && name !== undefined && name !== own)
    throw new StoreError({ code: 'bad-name', name, why: sentence('the files of a split model keep their own names') });
  const names = shards ?? [name ?? own];
  const digests = perFile(sha256, names.length, uri, 'SHA-256');
  const lengths = perFile(bytes, names.length, uri, 'length');
  const files = names.map((fileName, index): WantedFile => {
    const digest = digests[index];
    const length = lengths[index];
    return {
      name: checkedName(fileName),
      uri: shards ? siblingOf(address, fileName) : address.href,
      ...(digest !== undefined && { sha256: checkedDigest(digest, uri) }),
      ...(length !== undefined && { bytes: length }),
    };
  });
  const [first] = names;
  return { name: first ?? own, files };
}

/** All names of the set that a shard belongs to, in order; undefined for a file that stands alone. */
export function shardsOf(name: string): readonly string[] | undefined {
  const match = shardPattern.exec(name);
  if (!match) return undefined;
  const [, base, index, count] = match;
  const total = Number(count);
  if (total < 1 || total > shardsMax || Number(index) < 1 || Number(index) > total)
    throw new StoreError({
      code: 'bad-name',
      name,
      why: sentence('it is no part of a set of 1 to {0} files', shardsMax),
    });
  return Array.from({ length: total }, (_, i) => `${base}-${String(i + 1).padStart(5, '0')}-of-${count}.gguf`);
}

/** The address to ask: the hub replaced by the mirror where there is one. */
export function mirrored(uri: string, mirror: string | undefined): URL {
  if (!mirror || !uri.startsWith(`${hub}/`)) return new URL(uri);
  return new URL(mirror.replace(/\/+$/, '') + uri.slice(hub.length));
}

/** For messages and logs: no query (signed addresses carry secrets there), no fragment, no password. */
export function shownAddress(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Names that go into the models folder: no separators, no surprises on any system. */
function checkedName(name: string): string {
  const why = ((): Words | undefined => {
    if (!/^[A-Za-z0-9_][\w.+-]*$/.test(name)) return sentence('use letters, digits and . _ + - only');
    if (!name.toLowerCase().endsWith('.gguf')) return sentence('it must end in .gguf');
    if (name.length > nameLengthMax) return sentence('it has more than {0} characters', nameLengthMax);
    if (devicePattern.test(name)) return sentence('Windows keeps this name for a device');
    return undefined;
  })();
  if (why !== undefined) throw new StoreError({ code: 'bad-name', name, why });
  return name;
}

function addressOf(uri: string): URL {
  const bad = (why: Words): StoreError => new StoreError({ code: 'bad-uri', uri: withoutSecrets(uri), why });
  const onHub = /^hf:(?:\/\/)?([^/#]+)\/([^/#:]+)\/([^#]+?)(?:#(.+))?$/.exec(uri);
  if (onHub) {
    const [, owner, repository, file, revision = 'main'] = onHub;
    return new URL(`${hub}/${owner}/${repository}/resolve/${encodeURIComponent(revision)}/${file}`);
  }
  if (uri.startsWith('hf:')) throw bad(sentence('name the file too, as in hf:owner/repository/file.gguf'));
  if (!URL.canParse(uri)) throw bad(sentence('it is not complete; it should begin with https://'));
  const url = new URL(uri);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw bad(sentence('only https, http and hf addresses can be fetched'));
  if (url.username || url.password) throw bad(sentence('it holds a user or password; use an access token instead'));
  // People copy the address of the page that shows a file; the file itself is beside it.
  if (url.origin === hub) url.pathname = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
  url.hash = '';
  return url;
}

function withoutSecrets(uri: string): string {
  return uri.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/, '');
}

function lastOf(url: URL, uri: string): string {
  const last = url.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    throw new StoreError({
      code: 'bad-uri',
      uri: withoutSecrets(uri),
      why: sentence('its last part cannot be decoded'),
    });
  }
}

function siblingOf(url: URL, name: string): string {
  const sibling = new URL(url);
  sibling.pathname = url.pathname.replace(/[^/]*$/, encodeURIComponent(name));
  return sibling.href;
}

function perFile<T extends string | number>(
  given: T | readonly T[] | undefined,
  count: number,
  uri: string,
  what: string,
): readonly T[] {
  if (given === undefined) return [];
  const all: readonly T[] = typeof given === 'object' ? given : [given];
  if (all.length !== count)
    throw new StoreError({
      code: 'bad-uri',
      uri: withoutSecrets(uri),
      why: sentence('a {0} for each of its {1} files is needed, not {2}', what, count, all.length),
    });
  return all;
}

function checkedDigest(digest: string, uri: string): string {
  if (!/^[0-9a-f]{64}$/i.test(digest))
    throw new StoreError({
      code: 'bad-uri',
      uri: withoutSecrets(uri),
      why: sentence('its SHA-256 must have 64 hex digits'),
    });
  return digest.toLowerCase();
}
