/**
 * Models are known by the paths of their files, which say where their user keeps them: in a log they go by the file's name, and the user's
 * folder is ~.
 */
import type { ModelId } from '../core/task.ts';

export class ModelNames {
  readonly #byId = new Map<ModelId, string>();
  /** What takes the place of what, the longest first: one path may begin as another one ends. */
  #names: readonly (readonly [path: string, name: string])[];
  /** The same as JSON writes it. */
  #namesInJson: readonly (readonly [path: string, name: string])[] = [];

  /** @param userFolder may stand in what an engine says when it dies, and in what a user wrote. */
  constructor(userFolder: string) {
    // Of one that is the root of everything, every path would be one.
    this.#names = userFolder.length > 1 ? spellingsOf(userFolder).map((path) => [path, '~'] as const) : [];
    this.#namesInJson = this.#names.map(inJson);
  }

  meet(id: ModelId): void {
    this.nameOf(id);
  }

  nameOf(id: ModelId): string {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const last = id.split(/[/\\]/).at(-1) || id;
    const isTaken = [...this.#byId.values()].includes(last);
    const name = isTaken ? `${last}#${this.#byId.size + 1}` : last;
    this.#byId.set(id, name);
    if (name === id) return name;
    const spelled = spellingsOf(id).map((path) => [path, name] as const);
    this.#names = [...this.#names, ...spelled].sort(([a], [b]) => b.length - a.length);
    this.#namesInJson = this.#names.map(inJson);
    return name;
  }

  /** How many characters at the end of a text may be the beginning of what is replaced. */
  begunAtEnd(text: string): number {
    return Math.max(0, ...this.#names.map(([path]) => begunAtEnd(text, path)));
  }

  in(text: string): string {
    return replaced(text, this.#names);
  }

  inJson(json: string): string {
    return replaced(json, this.#namesInJson);
  }
}

/** A path of Windows as code has it, too: with its backslashes escaped, with slashes, and with the drive as editors write it. */
function spellingsOf(path: string): readonly string[] {
  if (!/^[a-z]:\\/i.test(path)) return [path];
  const drives = [path, path.slice(0, 1).toLowerCase() + path.slice(1)];
  const spelled = drives.flatMap((each) => [each, each.replaceAll('\\', '\\\\'), each.replaceAll('\\', '/')]);
  return [...new Set(spelled)].sort((a, b) => b.length - a.length);
}

function begunAtEnd(text: string, path: string): number {
  let chars = Math.min(path.length - 1, text.length);
  while (chars > 0 && !path.startsWith(text.slice(text.length - chars))) chars -= 1;
  return chars;
}

function replaced(text: string, names: readonly (readonly [path: string, name: string])[]): string {
  return names.reduce((left, [path, name]) => left.replaceAll(path, () => name), text);
}

/** Without the quotes. */
function inJson([path, name]: readonly [path: string, name: string]): readonly [path: string, name: string] {
  return [JSON.stringify(path).slice(1, -1), JSON.stringify(name).slice(1, -1)];
}
