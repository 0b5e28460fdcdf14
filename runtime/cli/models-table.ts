/** How models are shown in a terminal. Pure. */
import type { ListedModel, ModelsListResult, Speed } from '../protocol.ts';
import { type TextColumn, textTable } from './text-table.ts';

export function modelsTable(
  { folder, problem, unknown = [], models, roles, leftovers, memory }: ModelsListResult,
  all: boolean,
): string {
  const shown = models.filter(({ installed, downloading }) => all || installed || downloading !== undefined);
  const hidden = models.length - shown.length;
  const notes = new Footnotes();
  // A column only where it has something to say: lines are long without it.
  const speedHead = shown.some(({ speed }) => speed !== undefined) ? ['tokens/s'] : [];
  const columns = [
    textColumn('name'),
    { label: 'size' },
    ...['format', 'serves', 'fits', 'state', ...speedHead, 'licence', ''].map(textColumn),
  ];
  const rows = shown.map((model) => [typedName(model, models), ...row(model, notes, speedHead.length > 0)]);
  const more = hidden === 0 ? [] : [`${hidden} more can be pulled: 'punctual models list --all' shows them.`];
  return `${[
    textTable(
      ['role', 'model', 'why'].map(textColumn),
      roles.map((each) => [each.role, servingName(each, models), each.message]),
    ),
    ...betterLines(roles),
    '',
    textTable(columns, rows),
    ...notes.lines,
    '',
    ...more,
    memory.message,
    ...unknown,
    ...leftovers.map(
      ({ name, bytes }) =>
        `${size(bytes)} of ${name} are left of a pull: pull it again to go on, or 'punctual models remove ${name}'.`,
    ),
    problem ?? `The models folder is ${folder}.`,
  ].join('\n')}\n`;
}

/** What an import or a pull has brought. */
export function installedLine({ name, bytes, quantization, serves, notes, fit }: ListedModel): string {
  const what = [size(bytes), ...(quantization === undefined ? [] : [quantization])].join(', ');
  const use =
    serves.length === 0
      ? 'it serves nothing: it neither completes nor follows instructions'
      : `it serves ${serves.join(', ')}`;
  const lines = [`${name} (${what}) is installed; ${use}.`, ...notes, ...(fit && !fit.fits ? [fit.message] : [])];
  return `${lines.join('\n')}\n`;
}

/** Decimal, as file managers and hubs count. */
export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e3 ? `${Math.ceil(bytes / 1e3)} kB` : `${bytes} B`;
}

/** What a command takes for this model alone: of several with one name it is their file. */
function typedName({ name, file, installed }: Named, models: readonly ListedModel[]): string {
  const isShared = installed && models.filter((each) => each.installed && each.name === name).length > 1;
  return isShared ? (file ?? name) : name;
}

type Named = Pick<ListedModel, 'name' | 'file' | 'installed'>;

function servingName({ model: name, file }: ModelsListResult['roles'][number], models: readonly ListedModel[]): string {
  return name === undefined ? '–' : typedName({ name, file, installed: true }, models);
}

/** `prefill 3400, decode 210`: tokens per second. */
export function speedText({ prefillTokensPerSecond, decodeTokensPerSecond }: Speed): string {
  const figure = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
  return `prefill ${figure(prefillTokensPerSecond)}, decode ${figure(decodeTokensPerSecond)}`;
}

function row(model: ListedModel, notes: Footnotes, hasSpeed: boolean): string[] {
  const { bytes, isEstimate, quantization = '–', serves, fit, licence = '–', speed } = model;
  return [
    `${isEstimate ? '~' : ''}${size(bytes)}`,
    quantization,
    serves.join(', ') || '–',
    fit === undefined ? '–' : fit.fits ? 'yes' : 'no',
    stateOf(model),
    ...(hasSpeed ? [speed === undefined ? '–' : speedText(speed)] : []),
    licence,
    [...model.notes, ...(model.verified === false ? [unverified] : [])].map((note) => notes.mark(note)).join(' '),
  ];
}

const unverified =
  'Nobody vouched for its hash before it was downloaded; it is compared with that of the first download.';

function stateOf({ installed, downloading, state, pinned }: ListedModel): string {
  if (downloading !== undefined) return `pulling ${Math.floor(100 * downloading)} %`;
  if (!installed) return 'not here';
  const now = state === undefined || state === 'unloaded' ? 'installed' : state;
  return pinned === 'user' ? `${now}, pinned` : now;
}

const textColumn = (label: string): TextColumn => ({ label, isText: true });

/** Several roles may want the same better model: one line for it. */
function betterLines(roles: ModelsListResult['roles']): string[] {
  const better = [...new Set(roles.flatMap((role) => role.better ?? []))];
  return better.map((name) => {
    const served = roles.filter((role) => role.better === name).map(({ role }) => role);
    return `${name} would be better for ${served.join(' and ')}: 'punctual models pull ${name}'.`;
  });
}

/** The same note for several models stands once. */
class Footnotes {
  readonly #notes: string[] = [];

  mark(note: string): string {
    if (!this.#notes.includes(note)) this.#notes.push(note);
    return `[${this.#notes.indexOf(note) + 1}]`;
  }

  get lines(): string[] {
    return this.#notes.map((note, index) => `[${index + 1}] ${note}`);
  }
}
