/**
 * Powers, in the same bits wherever the scheduler runs. V8 computes `**` otherwise from one version to the next, by the last digit (measured:
 * Node 20.20 and 24.21), and a log that an editor's Node recorded is played again by that of the command line. `exp` and `log` are one
 * algorithm (fdlibm) in all of them. Pure.
 */

/** `base ** exponent`, to within some units of the last place. @param base not negative */
export function power(base: number, exponent: number): number {
  if (exponent === 1) return base;
  return exponent === 0 ? 1 : Math.exp(exponent * Math.log(base));
}
