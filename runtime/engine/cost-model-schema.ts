/** What a cost model looks like on its way through a file or a pipe. Numbers that cannot be true do not pass. */
import { z } from 'zod';
import { type CostTable, costPoints } from '../core/cost-curve.ts';
import { errorsMax } from '../core/error-log.ts';
import type { CostModel } from '../core/estimate.ts';

const positive = z.number().positive();
const notNegative = z.number().nonnegative();

function tableSchema(kind: 'prefill' | 'decode') {
  const points = costPoints[kind].length;
  const cell = z
    .object({
      ms: notNegative,
      context: notNegative,
      deviation: positive,
      samples: z.number().int().nonnegative(),
      early: z.array(positive).max(16),
    })
    .refine(({ ms, samples }) => samples === 0 || ms > 0, 'a visited point takes time');
  return z.object({
    prior: z.array(positive).length(points),
    priorSlope: notNegative,
    cells: z.array(cell).length(points),
    variance: notNegative,
    covariance: z.number(),
    errors: z.array(notNegative).max(errorsMax),
  }) satisfies z.ZodType<CostTable>;
}

export const costModelSchema = z.object({
  pace: positive,
  deviation: positive,
  prefill: tableSchema('prefill'),
  decode: tableSchema('decode'),
}) satisfies z.ZodType<CostModel>;
