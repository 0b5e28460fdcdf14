/** The forecast that knows the day: the same means, with the next use known. No policy can foresee better; one could still plan better. */
import type { Forecast, Need } from '../../core/residency/forecast.ts';
import type { BenchDay } from './day.ts';

export class Clairvoyance implements Forecast {
  /** Arrivals of each role, ascending. */
  readonly #arrivalsMs = new Map<string, number[]>();
  /** How many of them are over. */
  readonly #places = new Map<string, number>();

  constructor(day: BenchDay) {
    for (const { role, arrivalMs } of day.tasks) {
      const known = this.#arrivalsMs.get(role);
      if (known === undefined) this.#arrivalsMs.set(role, [arrivalMs]);
      else known.push(arrivalMs);
    }
  }

  use(): void {}

  signal(): void {}

  needOf(model: string, nowMs: number, horizonMs: number): Need {
    return { need: Math.exp(-(this.#nextMs(model, nowMs) - nowMs) / horizonMs), signalled: 0 };
  }

  within(model: string, nowMs: number, ms: number): number {
    return Number(this.#nextMs(model, nowMs) <= nowMs + ms);
  }

  #nextMs(model: string, nowMs: number): number {
    const arrivals = this.#arrivalsMs.get(model) ?? [];
    let place = this.#places.get(model) ?? 0;
    while ((arrivals[place] ?? Number.POSITIVE_INFINITY) <= nowMs) place += 1;
    this.#places.set(model, place);
    return arrivals[place] ?? Number.POSITIVE_INFINITY;
  }
}
