/**
 * Punctual without one of its means, so that the reader sees what each is worth. The length of answers and the work in a queue gained
 * nothing on the tuning seeds, so their weights are 0, and the ablation puts them in.
 */
import type { ResidencyOptions } from '../../core/residency/options.ts';
import type { ContenderSetup } from './contender.ts';

export const ablationNames = [
  'without_stand_ins',
  'without_loading_stand_ins',
  'without_reading_ahead',
  'without_read_hysteresis',
  'without_read_gap',
  'without_read_bound',
  'without_loading_ahead',
  'without_waste_in_ahead',
  'without_signals',
  'without_gap_hazard',
  'without_load_time',
  'without_latency_sensitivity',
  'without_need',
  'with_work_length',
  'with_queued_work',
  'without_downsizing',
  'without_parking',
  'without_delay',
  'without_minimum_residence',
  'without_drain',
  'without_pin',
] as const;

export type AblationName = (typeof ablationNames)[number];

export interface Ablated extends Partial<Pick<ContenderSetup, 'pinsCompletion' | 'parks'>> {
  readonly options?: Partial<ResidencyOptions>;
}

const atNoTime = Number.POSITIVE_INFINITY;

export function ablate(name: AblationName): Ablated {
  switch (name) {
    case 'without_stand_ins':
      return { options: { substitution: 'never' } };
    case 'without_loading_stand_ins':
      return { options: { loadsStandIns: false } };
    case 'without_reading_ahead':
      return { options: { readsAhead: false } };
    case 'without_read_hysteresis':
      return { options: { readHysteresis: 1 } };
    case 'without_read_gap':
      return { options: { readGapMs: 0 } };
    case 'without_read_bound':
      return { options: { readBytesPerHour: 1e15 } };
    case 'without_loading_ahead':
      return { options: { loadsAhead: false } };
    case 'without_waste_in_ahead':
      return { options: { wasteWeight: 0 } };
    case 'without_signals':
      return { options: { usesSignals: false } };
    case 'without_gap_hazard':
      return { options: { usesGaps: false } };
    case 'without_load_time':
      return { options: { loadWeight: 0 } };
    case 'without_latency_sensitivity':
      return { options: { brokenMs: 0 } };
    case 'without_need':
      return { options: { needWeight: 0 } };
    case 'with_work_length':
      return { options: { workWeight: 1 } };
    case 'with_queued_work':
      return { options: { queueWeight: 1 } };
    case 'without_downsizing':
      return { options: { downsizes: false } };
    case 'without_parking':
      return { parks: false };
    case 'without_delay':
      return { options: { delayMsMax: 0 } };
    case 'without_minimum_residence':
      return { options: { residenceMsMin: 0 } };
    case 'without_drain':
      return { options: { drainAfterMs: atNoTime } };
    case 'without_pin':
      return { pinsCompletion: false };
    default:
      throw new Error(`There is no ablation '${name satisfies never}'.`);
  }
}
