/**
 * The extension's commands. Those of the manifest are there from the first moment on, since VS Code looks for the one that woke the extension as
 * soon as it is activated; who calls one before its feature is there waits for that. No vscode here, so that it is tested alone.
 */

type Run = (...args: unknown[]) => unknown;
type Register = (id: string, run: Run) => { dispose(): unknown };

export class Commands {
  readonly #register: Register;
  readonly #features = new Map<string, Run>();
  readonly #expected = new Set<string>();
  readonly #scope: { dispose(): unknown }[] = [];

  constructor(register: Register) {
    this.#register = register;
  }

  /** @param ready fulfilled once every one of them has its feature; when it is rejected, so is whoever waits. */
  expect(ids: readonly string[], ready: Promise<unknown>): void {
    for (const id of ids) {
      this.#expected.add(id);
      const whenReady: Run = async (...args) => {
        if (!this.#features.has(id)) await ready;
        return this.#feature(id)(...args);
      };
      this.#scope.push(this.#register(id, whenReady));
    }
  }

  /** One that is not expected is nobody's to call before now. */
  add(id: string, run: Run): void {
    this.#features.set(id, run);
    if (!this.#expected.has(id)) this.#scope.push(this.#register(id, run));
  }

  dispose(): void {
    for (const item of this.#scope.splice(0)) item.dispose();
  }

  /** @throws when no feature has added the command. */
  #feature(id: string): Run {
    const run = this.#features.get(id);
    if (run === undefined) throw new Error(`The command ${id} has no feature.`);
    return run;
  }
}
