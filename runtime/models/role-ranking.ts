/**
 * Which of several models is the better one for a role, and which difference decided. Pure; says nothing of memory or of what is installed.
 */
import { type Role, suitabilities } from './catalog/catalog.ts';
import { type RoleModel, suitabilityFor } from './role-models.ts';

/** What the caller knows of speed. All times in ms from a task's arrival, on an idle machine. */
export interface Speeds {
  /** To the moment that the role's promise names; undefined while nobody has measured the model here. */
  readonly predictMs: (model: RoleModel, role: Role) => number | undefined;
  /** What is promised; a role without a promise is never late. */
  readonly promiseMs: Readonly<Partial<Record<Role, number>>>;
}

/**
 * Best first. `doubtful`: not measured here, and with so many weights for each token that a keystroke would hardly wait for it on a
 * processor; a graphics card may do it, but that has to be measured first.
 */
const speedClasses = ['onTime', 'unknown', 'doubtful', 'late'] as const;
export type SpeedClass = (typeof speedClasses)[number];

/** Weights that one token passes through: beyond these an unmeasured model is not given the keystrokes. */
const keystrokeParametersMax = 3_500_000_000;

export function speedOf(model: RoleModel, role: Role, { predictMs, promiseMs }: Speeds): SpeedClass {
  const ms = predictMs(model, role);
  const promised = promiseMs[role];
  if (ms === undefined)
    return role === 'completion' && model.activeParameters > keystrokeParametersMax ? 'doubtful' : 'unknown';
  return promised === undefined || ms <= promised ? 'onTime' : 'late';
}

/** What decided between two models. `name` decides when nothing else does, so that the order of a list never matters. */
export type Difference = 'speed' | 'suitability' | 'size' | 'quantization' | 'name';

export interface Comparison {
  /** Negative when the first model is the better one. */
  readonly order: number;
  readonly by: Difference;
}

/**
 * 1. A promise that is kept goes before one that may be kept, and that before one that will be broken.
 * 2. Of those that will be late, and of those that probably will, the fastest: nothing else softens a broken promise.
 * 3. The one that is better at the role.
 * 4. The larger one: of two models made for the same, it answers better.
 * 5. The finer quantization of the same weights.
 * 6. The name, then the file.
 */
export function compareForRole(a: RoleModel, b: RoleModel, role: Role, speeds: Speeds): Comparison {
  const speed = speedOf(a, role, speeds);
  const bySpeed = speedClasses.indexOf(speed) - speedClasses.indexOf(speedOf(b, role, speeds));
  if (bySpeed !== 0) return { order: bySpeed, by: 'speed' };
  if (speed === 'late' || speed === 'doubtful') {
    const cost = (model: RoleModel): number => speeds.predictMs(model, role) ?? model.activeParameters;
    if (cost(a) !== cost(b)) return { order: cost(a) - cost(b), by: 'speed' };
  }
  const rank = (model: RoleModel): number => suitabilities.indexOf(suitabilityFor(model, role) ?? 'fair');
  if (rank(a) !== rank(b)) return { order: rank(a) - rank(b), by: 'suitability' };
  if (a.parameters !== b.parameters) return { order: b.parameters - a.parameters, by: 'size' };
  if (a.bytes !== b.bytes) return { order: b.bytes - a.bytes, by: 'quantization' };
  return { order: byText(a.name, b.name) || byText(a.file ?? '', b.file ?? ''), by: 'name' };
}

/** The best one first. Equal for every order of the same models. */
export function rankForRole<M extends RoleModel>(models: readonly M[], role: Role, speeds: Speeds): M[] {
  return [...models].sort((a, b) => compareForRole(a, b, role, speeds).order);
}

/** By code units: the same on every machine, whatever its language. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
