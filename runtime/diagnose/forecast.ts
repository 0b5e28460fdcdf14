/**
 * How fast a model is here, and what completions by it could be promised: measured where it is in memory, else predicted from the model of
 * the nearest size that is. Pure. Nothing is predicted from the demonstration model: it is so small that other things take its time.
 *
 * Each token reads every weight once and each prompt token computes with every weight, so both speeds go with the size of the file. Of
 * models that use a part of their weights for a token this says too little, never too much.
 */
import type {
  ListedModelSaid as ListedModel,
  ModelForecast,
  ModelsListResultSaid as ModelsListResult,
  Speed,
} from '../protocol.ts';
import { promiseOfCosts } from './promise.ts';

/** Below this, passes take longer than their weights explain. */
const bytesMin = 50e6;
/** At a pause in typing so many tokens are new; see `ordinary` in loop/speeds.ts. */
const newTokens = 64;

type Measured = ListedModel & { readonly speed: Speed };

export function withForecasts(list: ModelsListResult): ModelsListResult {
  const measured = list.models.filter((model): model is Measured => model.speed !== undefined);
  const references = measured.filter(({ bytes }) => bytes >= bytesMin);
  return {
    ...list,
    models: list.models.map((model) => {
      const forecast = forecastOf(model, references);
      return forecast === undefined ? model : { ...model, forecast };
    }),
  };
}

function forecastOf(model: ListedModel, references: readonly Measured[]): ModelForecast | undefined {
  if (model.speed !== undefined) return toForecast(model, model.speed, true);
  if (model.bytes < bytesMin) return undefined;
  const [nearest] = references.toSorted((a, b) => distance(a, model) - distance(b, model));
  if (nearest === undefined) return undefined;
  const ratio = nearest.bytes / model.bytes;
  const { prefillTokensPerSecond, decodeTokensPerSecond } = nearest.speed;
  const speed = {
    prefillTokensPerSecond: prefillTokensPerSecond * ratio,
    decodeTokensPerSecond: decodeTokensPerSecond * ratio,
  };
  return toForecast(model, speed, false);
}

const distance = (a: ListedModel, b: ListedModel): number => Math.abs(Math.log(a.bytes / b.bytes));

function toForecast({ serves }: ListedModel, speed: Speed, isMeasured: boolean): ModelForecast {
  if (!serves.includes('completion')) return { speed, isMeasured };
  const firstTokenMs = 1_000 * (newTokens / speed.prefillTokensPerSecond + 1 / speed.decodeTokensPerSecond);
  return { speed, isMeasured, promiseMs: promiseOfCosts('completion', firstTokenMs) };
}
