/** All checks in the order in which their findings are shown. Pure: the same facts give the same findings. */
import type { FindingSaid as Finding } from '../protocol.ts';
import { editorCheck } from './checks/editor.ts';
import { diskCheck, memoryCheck, powerCheck, pressureCheck } from './checks/machine.ts';
import { keptCheck, modelsCheck, promisesCheck, unservedCheck } from './checks/models.ts';
import { engineCheck, environmentCheck, graphicsCheck, libraryCheck, runtimeCheck } from './checks/runtime.ts';
import type { Check } from './checks/words.ts';
import type { Facts } from './facts.ts';

const checks: readonly Check[] = [
  runtimeCheck,
  engineCheck,
  libraryCheck,
  graphicsCheck,
  unservedCheck,
  modelsCheck,
  promisesCheck,
  keptCheck,
  memoryCheck,
  pressureCheck,
  diskCheck,
  powerCheck,
  environmentCheck,
  editorCheck,
];

const rank: Readonly<Record<Finding['level'], number>> = { problem: 0, note: 1, ok: 2 };

/** Problems first; within a level in the order of the checks. */
export function findingsOf(facts: Facts): Finding[] {
  return checks.flatMap((check) => check(facts)).toSorted((a, b) => rank[a.level] - rank[b.level]);
}
