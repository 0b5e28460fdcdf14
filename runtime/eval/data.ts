/** Where the data of the evals stands. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file is bundled into a program in dist/. */
const here = path.dirname(fileURLToPath(import.meta.url));

export const dataFolder =
  path.basename(here) === 'dist' ? path.join(here, '..', 'runtime', 'eval', 'data') : path.join(here, 'data');
