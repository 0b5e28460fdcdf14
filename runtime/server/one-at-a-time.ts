/**
 * Sends news to a client that may read slowly, or not at all: one message is under way at a time, and what is new meanwhile becomes one
 * message, made when the one before has left this process. So the buffer of a client's socket never holds more than one of them, and
 * what a slow client reads next is the newest.
 */
export class OneAtATime {
  readonly #send: () => Promise<void>;
  #isUnderWay = false;
  #isWanted = false;

  /** @param send makes a message of what is new, and is over when it has left this process or its client has. A rejection ends nothing. */
  constructor(send: () => Promise<void>) {
    this.#send = send;
  }

  /** Something is new. */
  want(): void {
    this.#isWanted = true;
    if (!this.#isUnderWay) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      // Whoever has left hears nothing more, and his conversation ends elsewhere.
      await this.#send().catch(() => undefined);
    }
    this.#isUnderWay = false;
  }
}
