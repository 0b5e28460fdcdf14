/** What every part of the residency policy decides with. Only types here. */
import type { Forecast } from './forecast.ts';
import type { ResidencyOptions } from './options.ts';
import type { Worth } from './worth.ts';

export interface Means {
  readonly options: ResidencyOptions;
  readonly forecast: Forecast;
  readonly worth: Worth;
}
