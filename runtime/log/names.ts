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
    this.#names = userFolder.length > 1 ? [[userFolder, '~']] : [];
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
    this.#names = [...this.#names, [id, name] as const].sort(([a], [b]) => b.length - a.length);
    this.#namesInJson = this.#names.map(inJson);
    return name;
  }

  /** The longest of what is replaced, in characters. */
  get pathCharsMax(): number {
    return this.#names[0]?.[0].length ?? 0;
  }

  in(text: string): string {
    return replaced(text, this.#names);
  }

  inJson(json: string): string {
    return replaced(json, this.#namesInJson);
  }
}

function replaced(text: string, names: readonly (readonly [path: string, name: string])[]): string {
  return names.reduce((left, [path, name]) => left.replaceAll(path, () => name), text);
}

/** Without the quotes. */
function inJson([path, name]: readonly [path: string, name: string]): readonly [path: string, name: string] {
  return [JSON.stringify(path).slice(1, -1), JSON.stringify(name).slice(1, -1)];
}
