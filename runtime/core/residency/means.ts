/** What every part of the residency policy decides with. Only types here. */
import type { Forecast } from './forecast.ts';
import type { ResidencyOptions } from './options.ts';
import type { Worth } from './worth.ts';

export interface Means {
  /** Some change while a runtime lives, so they are read at each decision. */
  readonly options: ResidencyOptions;
  readonly forecast: Forecast;
  readonly worth: Worth;
}
