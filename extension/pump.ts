/** Carries streamed text to a slow writer: in order, one write at a time, joined into pieces so that an editor is not redrawn per token. */
export class Pump {
  readonly #write: (text: string) => Promise<void>;
  readonly #pause: () => Promise<void>;
  readonly #clear: () => Promise<void>;
  #pending = '';
  #taken = 0;
  #isVoid = false;
  #running: Promise<void> | undefined;
  #failed: { readonly error: unknown } | undefined;

  /** `pause` is awaited between two writes; `clear` takes back what was written. */
  constructor(
    write: (text: string) => Promise<void>,
    pause: () => Promise<void>,
    clear: () => Promise<void> = async () => undefined,
  ) {
    this.#write = write;
    this.#pause = pause;
    this.#clear = clear;
  }

  /** Characters pushed so far, since the last restart. */
  get length(): number {
    return this.#taken;
  }

  push(text: string): void {
    if (text === '' || this.#failed !== undefined) return;
    this.#pending += text;
    this.#taken += text.length;
    this.#running ??= this.#run();
  }

  /** What was pushed so far is void: it is taken back before anything else is written. */
  restart(): void {
    this.#pending = '';
    this.#taken = 0;
    this.#isVoid = true;
    if (this.#failed === undefined) this.#running ??= this.#run();
  }

  /** Everything pushed so far is written. @throws the writer's error, after which nothing is written any more. */
  async drain(): Promise<void> {
    await this.#running;
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  async #run(): Promise<void> {
    try {
      while (this.#pending !== '' || this.#isVoid) {
        if (this.#isVoid) {
          this.#isVoid = false;
          await this.#clear();
          continue;
        }
        const text = this.#pending;
        this.#pending = '';
        await this.#write(text);
        await this.#pause();
      }
    } catch (error) {
      this.#failed = { error };
    } finally {
      this.#running = undefined;
    }
  }
}
