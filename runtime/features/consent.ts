/** Whether another model than the chosen one may answer a request. Who is asked is asked in names that people know, and his word counts for every attempt. */
import type { Substitution } from '../core/task.ts';
import type { ChosenModel, Models, OfferChoice, TaskOffer } from './tasks.ts';

/** As {@link TaskOffer}, for people. */
export interface TextOffer extends Omit<TaskOffer, 'by'> {
  /** The name of the chosen model. */
  readonly model: string;
  /** The name of the one that would answer now. */
  readonly by: string;
}

export interface ConsentOptions {
  /** As the settings say. */
  readonly substitution: Substitution;
  /** Absent: there is nobody to ask. */
  readonly onOffer: ((offer: TextOffer) => void) | undefined;
  readonly chosen: ChosenModel;
  readonly describe: Models['describe'];
}

export class Consent {
  readonly #options: ConsentOptions;
  #given: OfferChoice | undefined;
  /** The question that is out. */
  #asked: TaskOffer | undefined;
  /** Questions of other attempts meanwhile: they wait for the same word. */
  #others: TaskOffer[] = [];

  constructor(options: ConsentOptions) {
    this.#options = options;
  }

  /** For the next attempt. */
  get substitution(): Substitution {
    if (this.#given === undefined) return this.#options.substitution;
    return this.#given === 'now' ? 'automatically' : 'never';
  }

  /** For the listener of an attempt. */
  get listener(): { readonly onOffer?: (offer: TaskOffer) => void } {
    const { onOffer, chosen, describe } = this.#options;
    if (onOffer === undefined) return {};
    return {
      onOffer: (offer) => {
        if (this.#asked !== undefined && !this.#asked.signal.aborted) {
          this.#others.push(offer);
          return;
        }
        const { by, waitMs, signal } = offer;
        this.#asked = offer;
        const answer = (choice: OfferChoice): void => this.#told(offer, choice);
        onOffer({ model: chosen.name, by: describe(by).name, waitMs, signal, answer });
      },
    };
  }

  #told(offer: TaskOffer, choice: OfferChoice): void {
    if (offer.signal.aborted) return;
    this.#given = choice;
    this.#asked = undefined;
    for (const { signal, answer } of [offer, ...this.#others.splice(0)]) if (!signal.aborted) answer(choice);
  }
}
