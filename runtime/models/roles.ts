/**
 * Which model serves which role. Pure: what is installed, what fits and how fast it is are told, and the answer is a choice with one
 * sentence that says why, or one that says what to do. What a user chose is served by that model or by none.
 */
import path from 'node:path';
import { enumerated, sentence, type Words } from '../core/sentence.ts';
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
      readonly because: Words;
      /** A model that is not installed and would be chosen if it were. */
      readonly better: string | undefined;
    }
  | {
      readonly kind: 'unserved';
      readonly role: Role;
      readonly code: UnservedCode;
      /** One sentence: what is wrong and what to do. */
      readonly message: Words;
    };

const roleWords: Readonly<Record<Role, Words>> = {
  completion: sentence('completion'),
  summarize: sentence('summarize'),
  translate: sentence('translate'),
  generate: sentence('generate'),
  chat: sentence('chat'),
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
    const because = sentence(
      '{0} serves {1}: {2}; {3}.',
      calledIn(question, best),
      roleWords[role],
      timing(best, role, question),
      reason,
    );
    return { kind: 'chosen', role, model: best, named: false, because, better };
  }
  const large = rankForRole(ranked, role, question).find((model) => model.reserved === undefined);
  if (large !== undefined) {
    const remedy =
      better === undefined
        ? sentence('give models more memory')
        : sentence("'punctual models pull {0}' gets one that does", better);
    const message = sentence(
      'No installed model that serves {0} fits into memory ({1} has {2}): {3}.',
      roleWords[role],
      large.name,
      sizeOf(large.bytes),
      remedy,
    );
    return { kind: 'unserved', role, code: 'doesNotFit', message };
  }
  const [reserved] = ranked;
  const demo = question.models.find((model) => model.origin === 'embedded' && serves(model, role));
  const gap =
    reserved === undefined
      ? sentence('no other model for it is installed')
      : sentence('{0} is only used when you name it, because {1}', reserved.name, reserved.reserved ?? '');
  if (demo !== undefined && isInstalled(demo)) {
    const because = sentence('{0}, the demonstration model, serves {1}: {2}.', demo.name, roleWords[role], gap);
    return { kind: 'chosen', role, model: demo, named: false, because, better };
  }
  const remedy =
    better === undefined
      ? sentence("'punctual models list' shows which could")
      : sentence("run 'punctual models pull {0}'", better);
  return {
    kind: 'unserved',
    role,
    code: 'notInstalled',
    message: sentence('Nothing serves {0}, {1}: {2}.', roleWords[role], gap, remedy),
  };
}

/** The one model that the setting means, or what is in its way. Speed is not asked: who names a model has decided that. */
function chooseNamed(role: Role, setting: string, question: RoleQuestion): RoleChoice {
  const unserved = (code: UnservedCode, message: Words): RoleChoice => ({ kind: 'unserved', role, code, message });
  const orElse = sentence("or set {0} to 'auto'", settingFor(role));
  const meant = question.models.filter((model) => isMeant(model, setting));
  const installed = meant.filter(isInstalled);

  if (meant.length === 0) {
    const message = isPath(setting)
      ? sentence("No model is known at '{0}': import it with 'punctual models import', {1}.", setting, orElse)
      : sentence(
          "No model is called '{0}'{1}: 'punctual models list --all' shows the names.",
          setting,
          didYouMean(setting, question.models),
        );
    return unserved('unknownModel', message);
  }
  if (installed.length === 0)
    return unserved(
      'notInstalled',
      sentence("{0} is not installed: run 'punctual models pull {1}', {2}.", setting, setting, orElse),
    );
  const files = installed.map(({ file }) => file).sort();
  // Quantizations of one model of the catalog are one model; anything else with the same name is another one.
  if (files.length > 1 && installed.some(({ origin }) => origin !== 'catalog'))
    return unserved(
      'ambiguous',
      sentence("Several models are called '{0}': name one by its full path ({1}).", setting, files.join(', ')),
    );
  const able = installed.filter((model) => serves(model, role));
  if (able.length === 0)
    return unserved(
      'cannotServe',
      sentence(
        '{0} cannot serve {1}, {2}: {3}.',
        setting,
        roleWords[role],
        cannot(installed, role),
        chooseAnother(role, question),
      ),
    );
  const [model] = rankForRole(able.filter(question.fits), role, question);
  if (model === undefined) {
    const smallest = able.reduce((least, each) => (each.bytes < least.bytes ? each : least));
    return unserved(
      'doesNotFit',
      sentence(
        '{0} does not fit into memory (it has {1}): {2}.',
        setting,
        sizeOf(smallest.bytes),
        chooseAnother(role, question),
      ),
    );
  }
  const because = sentence(
    '{0} serves {1}: you chose it; {2}.',
    calledIn(question, model),
    roleWords[role],
    timing(model, role, question),
  );
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
): Words {
  if (first !== undefined && first !== best) {
    const fault = first.reserved ?? sentence('does not fit into memory with its {0}', sizeOf(first.bytes));
    return isOtherQuantization(first, best)
      ? sentence('its finer quantization {0}', fault)
      : sentence('{0} would be chosen before it, but {1}', calledIn(question, first), fault);
  }
  if (runnerUp === undefined) return sentence('it is the only one installed for it');
  const { by } = compareForRole(best, runnerUp, role, question);
  const isOther = isOtherQuantization(runnerUp, best);
  const next = isOther ? sentence('its other quantization') : calledIn(question, runnerUp);
  switch (by) {
    case 'speed':
      return sentence('{0}: {1}', next, timing(runnerUp, role, question));
    case 'suitability':
      return sentence('it is better at it than {0}', next);
    case 'size':
      return sentence('it is larger than {0}', next);
    case 'quantization':
      return isOther
        ? sentence('it is the finer of its quantizations')
        : sentence('it is of a finer quantization than {0}', next);
    case 'name':
      return sentence('{0} would do as well', next);
    default:
      return by satisfies never;
  }
}

function timing(model: RoleModel, role: Role, question: RoleQuestion): Words {
  const ms = Math.round(question.predictMs(model, role) ?? 0);
  const promised = question.promiseMs[role];
  const speed = speedOf(model, role, question);
  switch (speed) {
    case 'onTime':
      return promised === undefined
        ? sentence('about {0} ms', ms)
        : sentence('about {0} of the {1} ms promised', ms, promised);
    case 'late':
      return sentence('about {0} ms, but {1} ms are promised', ms, promised ?? 0);
    case 'unknown':
      return sentence('its speed is not measured yet');
    case 'doubtful':
      return sentence('it is large for keystrokes and not measured yet');
    default:
      return speed satisfies never;
  }
}

/** What a user changes when the model is not the right one. */
function settingFor(role: Role): string {
  return role === 'generate' ? 'punctual.model' : `punctual.models.${role}`;
}

/** What stands between a model and a role that it does not serve. */
function cannot(models: readonly RoleModel[], role: Role): Words {
  const [model] = models;
  if (role === 'completion' && model?.infillProblem !== undefined) return model.infillProblem;
  const served = roles.filter((each) => model?.suitability[each] !== undefined && serves(model, each));
  return served.length === 0
    ? sentence('it serves nothing')
    : sentence('it serves only {0}', enumerated(served.map((each) => roleWords[each])));
}

/** A way out of a choice that cannot be served: a model that could be, installed if possible. */
function chooseAnother(role: Role, question: RoleQuestion): Words {
  const others = question.models.filter(
    (model) =>
      model.origin !== 'embedded' && model.reserved === undefined && serves(model, role) && question.fits(model),
  );
  const [installed] = rankForRole(others.filter(isInstalled), role, question);
  if (installed !== undefined)
    return sentence("{0} could, set {1} to it or to 'auto'", calledIn(question, installed), settingFor(role));
  const [other] = rankForRole(others, role, question);
  return other === undefined
    ? `set ${settingFor(role)} to 'auto'`
    : sentence("{0} could, run 'punctual models pull {1}'", other.name, other.name);
}
