/**
 * Stands in the built engine for the library's trial of a binary (engine-library.mjs). On Linux the library tries each binary in a process of its
 * own first, because one that does not fit may end it: half a second more, which loads the whole library once again. The engine is such a
 * process itself, and what ends it is told to the user as a load that failed. A graphics library is tried all the same, as the processor is
 * used where it fails.
 */

/** Of the library's bindings/utils/testBindingBinary.js. */
type Trial = (
  binary: string,
  extensions: string | undefined,
  gpu: string | false,
  ...rest: unknown[]
) => Promise<boolean>;

const trialModule = 'bindings/utils/testBindingBinary.js';

/**
 * @param gpu the graphics library that the binary is built for; false for one that uses the processor.
 * @returns whether the binary works here.
 */
export const testBindingBinary: Trial = (binary, extensions, gpu, ...rest) =>
  triedBy(import.meta.resolve('node-llama-cpp'), binary, extensions, gpu, ...rest);

/** @param library the URL of the library's entry. */
export async function triedBy(library: string, ...asked: Parameters<Trial>): Promise<boolean> {
  const [, , gpu] = asked;
  if (gpu === false) return true;
  const { testBindingBinary: tried }: { testBindingBinary: Trial } = await import(new URL(trialModule, library).href);
  return await tried(...asked);
}
