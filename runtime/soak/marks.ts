/** What the soak and its engine process agree on. */

/** Text that ends the engine that is asked about it. */
export const poison = 'PUNCTUAL_SOAK_POISON';

/** A file of this name in the temporary folder ends the engine in the middle of its next load. */
export const dieAtLoadName = 'soak-die-at-load';
