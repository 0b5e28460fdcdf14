/**
 * Which model serves which role. Pure: what is installed, what fits and how fast it is are told, and the answer is a choice with one
 * sentence that says why, or one that says what to do. What a user chose is served by that model or by none.
 */
import path from 'node:path';
import { type Role, roles } from './catalog/catalog.ts';
import { didYouMean } from './near.ts';
import { type InstalledModel, isInstalled, type RoleModel, suitabilityFor } from './role-models.ts';
import { compareForRole, rankForRole, type Speeds, speedOf } from './role-ranking.ts';
import { sizeOf } from './size-words.ts';

/**
 * What the user wants for each role: `auto`: Punctual chooses; `embedded`: the demonstration model; else the name of a model, or the
 * absolute path of a GGUF file.
 */
export type RoleSettings = Readonly<Record<Role, string>>;

export interface RoleQuestion extends Speeds {
  /** Installed models, and those of the catalog that could be; in any order. */
  readonly models: readonly RoleModel[];
  readonly settings: RoleSettings;
  /** Whether the memory that models may take holds it. */
  readonly fits: (model: RoleModel) => boolean;
}

/** Why nobody serves a role. */
export type UnservedCode = 'notInstalled' | 'unknownModel' | 'ambiguous' | 'cannotServe' | 'doesNotFit' | 'unusable';

export type RoleChoice =
  | {
      readonly kind: 'chosen';
      readonly role: Role;
      readonly model: InstalledModel;
      /** The user named it; false when it was chosen automatically. */
      readonly named: boolean;
      /** One sentence. */
      readonly because: string;
      /** A model that is not installed and would be chosen if it were. */
      readonly better: string | undefined;
    }
  | {
      readonly kind: 'unserved';
      readonly role: Role;
      readonly code: UnservedCode;
      /** One sentence: what is wrong and what to do. */
      readonly message: string;
    };

export function chooseRole(role: Role, question: RoleQuestion): RoleChoice {
  const setting = question.settings[role];
  return setting === 'auto' ? chooseAutomatically(role, question) : chooseNamed(role, setting, question);
}

/**
 * 1. The best of the installed models that serve the role, fit, and may be used by everyone.
 * 2. Where such models are installed and none fits, nobody: the demonstration model would answer, but not with what was asked for.
 * 3. The demonstration model, where nothing else is there.
 */
function chooseAutomatically(role: Role, question: RoleQuestion): RoleChoice {
  const real = question.models.filter((model) => model.origin !== 'embedded' && serves(model, role));
  const usable = real.filter((model) => model.reserved === undefined && question.fits(model));
  const ranked = rankForRole(real.filter(isInstalled), role, question);
  const [best, runnerUp] = ranked.filter((model) => usable.includes(model));
  const first = rankForRole(usable, role, question)[0];
  const better = first === undefined || isInstalled(first) ? undefined : first.name;

  if (best !== undefined) {
    const reason = reasonFor(best, runnerUp, ranked[0], role, question);
    const because = `${calledIn(question, best)} serves ${role}: ${timing(best, role, question)}; ${reason}.`;
    return { kind: 'chosen', role, model: best, named: false, because, better };
  }
  const large = rankForRole(ranked, role, question).find((model) => model.reserved === undefined);
  if (large !== undefined) {
    const remedy =
      better === undefined ? 'give models more memory' : `'punctual models pull ${better}' gets one that does`;
    const message = `No installed model that serves ${role} fits into memory (${large.name} has ${sizeOf(large.bytes)}): ${remedy}.`;
    return { kind: 'unserved', role, code: 'doesNotFit', message };
  }
  const [reserved] = ranked;
  const demo = question.models.find((model) => model.origin === 'embedded' && serves(model, role));
  const gap =
    reserved === undefined
      ? 'no other model for it is installed'
      : `${reserved.name} is only used when you name it, because ${reserved.reserved}`;
  if (demo !== undefined && isInstalled(demo)) {
    const because = `${demo.name}, the demonstration model, serves ${role}: ${gap}.`;
    return { kind: 'chosen', role, model: demo, named: false, because, better };
  }
  const remedy =
    better === undefined ? `'punctual models list' shows which could` : `run 'punctual models pull ${better}'`;
  return { kind: 'unserved', role, code: 'notInstalled', message: `Nothing serves ${role}, ${gap}: ${remedy}.` };
}

/** The one model that the setting means, or what is in its way. Speed is not asked: who names a model has decided that. */
function chooseNamed(role: Role, setting: string, question: RoleQuestion): RoleChoice {
  const unserved = (code: UnservedCode, message: string): RoleChoice => ({ kind: 'unserved', role, code, message });
  const orElse = `or set ${settingFor(role)} to 'auto'`;
  const meant = question.models.filter((model) => isMeant(model, setting));
  const installed = meant.filter(isInstalled);

  if (meant.length === 0) {
    const message = isPath(setting)
      ? `No model is known at '${setting}': import it with 'punctual models import', ${orElse}.`
      : `No model is called '${setting}'${didYouMean(setting, question.models)}: 'punctual models list --all' shows the names.`;
    return unserved('unknownModel', message);
  }
  if (installed.length === 0)
    return unserved('notInstalled', `${setting} is not installed: run 'punctual models pull ${setting}', ${orElse}.`);
  const files = installed.map(({ file }) => file).sort();
  // Quantizations of one model of the catalog are one model; anything else with the same name is another one.
  if (files.length > 1 && installed.some(({ origin }) => origin !== 'catalog'))
    return unserved(
      'ambiguous',
      `Several models are called '${setting}': name one by its full path (${files.join(', ')}).`,
    );
  const able = installed.filter((model) => serves(model, role));
  if (able.length === 0)
    return unserved(
      'cannotServe',
      `${setting} cannot serve ${role}, ${cannot(installed, role)}: ${chooseAnother(role, question)}.`,
    );
  const [model] = rankForRole(able.filter(question.fits), role, question);
  if (model === undefined) {
    const smallest = able.reduce((least, each) => (each.bytes < least.bytes ? each : least));
    return unserved(
      'doesNotFit',
      `${setting} does not fit into memory (it has ${sizeOf(smallest.bytes)}): ${chooseAnother(role, question)}.`,
    );
  }
  const because = `${calledIn(question, model)} serves ${role}: you chose it; ${timing(model, role, question)}.`;
  return { kind: 'chosen', role, model, named: true, because, better: undefined };
}

function serves(model: RoleModel, role: Role): boolean {
  return suitabilityFor(model, role) !== undefined && (role !== 'completion' || model.infillProblem === undefined);
}

function isMeant(model: RoleModel, setting: string): boolean {
  if (setting === 'embedded') return model.origin === 'embedded';
  if (isPath(setting)) return model.file !== undefined && path.normalize(model.file) === path.normalize(setting);
  return model.name === setting;
}

const isPath = (setting: string): boolean => path.isAbsolute(setting);

/** Of one name, and not files of one model of the catalog: nobody knows what they have to do with each other. */
function isTwin(one: RoleModel, other: RoleModel): boolean {
  return one !== other && one.name === other.name && !isOtherQuantization(one, other);
}

function isOtherQuantization(one: RoleModel, other: RoleModel): boolean {
  return one.name === other.name && one.origin === 'catalog' && other.origin === 'catalog';
}

/** Its name, with its path where another one here is called the same: the name alone would mean both. */
function calledIn({ models }: RoleQuestion, model: RoleModel): string {
  const hasTwin = models.some((other) => isInstalled(other) && isTwin(other, model));
  return hasTwin && model.file !== undefined ? `${model.name} (${model.file})` : model.name;
}

/** Why the best one is the best: what stood above it in the way, or what the next one lacks. */
function reasonFor(
  best: RoleModel,
  runnerUp: RoleModel | undefined,
  first: RoleModel | undefined,
  role: Role,
  question: RoleQuestion,
): string {
  if (first !== undefined && first !== best) {
    const fault = first.reserved ?? `does not fit into memory with its ${sizeOf(first.bytes)}`;
    return isOtherQuantization(first, best)
      ? `its finer quantization ${fault}`
      : `${calledIn(question, first)} would be chosen before it, but ${fault}`;
  }
  if (runnerUp === undefined) return 'it is the only one installed for it';
  const { by } = compareForRole(best, runnerUp, role, question);
  const isOther = isOtherQuantization(runnerUp, best);
  const next = isOther ? 'its other quantization' : calledIn(question, runnerUp);
  switch (by) {
    case 'speed':
      return `${next}: ${timing(runnerUp, role, question)}`;
    case 'suitability':
      return `it is better at it than ${next}`;
    case 'size':
      return `it is larger than ${next}`;
    case 'quantization':
      return isOther ? 'it is the finer of its quantizations' : `it is of a finer quantization than ${next}`;
    case 'name':
      return `${next} would do as well`;
    default:
      return by satisfies never;
  }
}

function timing(model: RoleModel, role: Role, question: RoleQuestion): string {
  const ms = Math.round(question.predictMs(model, role) ?? 0);
  const promised = question.promiseMs[role];
  const speed = speedOf(model, role, question);
  switch (speed) {
    case 'onTime':
      return promised === undefined ? `about ${ms} ms` : `about ${ms} of the ${promised} ms promised`;
    case 'late':
      return `about ${ms} ms, but ${promised} ms are promised`;
    case 'unknown':
      return 'its speed is not measured yet';
    case 'doubtful':
      return 'it is large for keystrokes and not measured yet';
    default:
      return speed satisfies never;
  }
}

/** What a user changes when the model is not the right one. */
function settingFor(role: Role): string {
  return role === 'generate' ? 'punctual.model' : `punctual.models.${role}`;
}

/** What stands between a model and a role that it does not serve. */
function cannot(models: readonly RoleModel[], role: Role): string {
  const [model] = models;
  if (role === 'completion' && model?.infillProblem !== undefined) return model.infillProblem;
  const served = roles.filter((each) => model?.suitability[each] !== undefined && serves(model, each));
  return served.length === 0 ? 'it serves nothing' : `it serves only ${served.join(', ')}`;
}

/** A way out of a choice that cannot be served: a model that could be, installed if possible. */
function chooseAnother(role: Role, question: RoleQuestion): string {
  const others = question.models.filter(
    (model) =>
      model.origin !== 'embedded' && model.reserved === undefined && serves(model, role) && question.fits(model),
  );
  const [installed] = rankForRole(others.filter(isInstalled), role, question);
  if (installed !== undefined)
    return `${calledIn(question, installed)} could, set ${settingFor(role)} to it or to 'auto'`;
  const [other] = rankForRole(others, role, question);
  return other === undefined
    ? `set ${settingFor(role)} to 'auto'`
    : `${other.name} could, run 'punctual models pull ${other.name}'`;
}
