/** `--target`: another promise than the usual one. */
import { slaTargetMsMax, slaTargetMsMin } from '../protocol.ts';
import { UsageError, type Values } from './command.ts';

export const targetOption = { target: { type: 'string' } } as const;

/** Undefined when not given. @throws UsageError unless it is a number of milliseconds that can be promised. */
export function targetMsOf(values: Values): number | undefined {
  const { target } = values;
  if (target === undefined) return undefined;
  const ms = typeof target === 'string' && /^-?\d+(\.\d+)?$/.test(target) ? Number(target) : Number.NaN;
  if (ms >= slaTargetMsMin && ms <= slaTargetMsMax) return ms;
  throw new UsageError(
    `--target is '${target}': give milliseconds, from ${slaTargetMsMin} to ${slaTargetMsMax} (one hour)`,
  );
}
