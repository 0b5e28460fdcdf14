/** `punctual models …`: what is installed, what serves what, what fits; get, add and remove models. Clients of the runtime like all others. */
import path from 'node:path';
import {
  listedModelSchema,
  modelFitSchema,
  modelsFitMethod,
  modelsImportMethod,
  modelsListMethod,
  modelsListResultSchema,
  modelsRemoveMethod,
  modelsRemoveResultSchema,
} from '../protocol.ts';
import { type Command, type CommandGroup, commonHelp, exitCodes, type Values } from './command.ts';
import { isPath, modelChoice, modelFile } from './model.ts';
import { pull } from './models-pull.ts';
import { installedLine, modelsTable } from './models-table.ts';
import { withSession } from './session.ts';

const { json, help } = commonHelp;
const memoryHelp =
  "what models may take: 'auto', a size such as '6 GB', or a share such as '50%' (default: as the runtime has it)";

const list: Command = {
  name: 'models list',
  usage: '[--all] [--memory SIZE] [--json]',
  summary: 'models on this machine, which one serves what, and why',
  options: { all: { type: 'boolean' }, memory: { type: 'string' } },
  help: { all: 'with those that could be pulled', memory: memoryHelp, json, help },
  positionals: 0,

  async run(_, values, io) {
    const result = await withSession(io, values, (session) =>
      session.request(modelsListMethod, memoryOf(values), modelsListResultSchema),
    );
    io.out(values['json'] ? `${JSON.stringify(result)}\n` : modelsTable(result, values['all'] === true));
    return exitCodes.done;
  },
};

const importModel: Command = {
  name: 'models import',
  usage: 'FILE [--json]',
  summary: 'use a GGUF file where it is; it is neither copied nor ever deleted',
  options: {},
  help: { json, help },
  positionals: 1,

  async run([name = ''], values, io) {
    const file = await modelFile(name, io);
    const model = await withSession(io, values, (session) =>
      session.request(modelsImportMethod, { file }, listedModelSchema),
    );
    io.out(values['json'] ? `${JSON.stringify(model)}\n` : installedLine(model));
    return exitCodes.done;
  },
};

const remove: Command = {
  name: 'models remove',
  usage: 'NAME [--json]',
  summary: 'delete a model that was pulled, or what is left of a pull; forget one that was imported',
  options: {},
  help: { json, help },
  positionals: 1,

  async run([given = ''], values, io) {
    // A file that is gone can be forgotten too, so nothing asks whether it is there.
    const name = /[/\\]/.test(given) ? path.resolve(io.cwd, given) : given;
    const result = await withSession(io, values, (session) =>
      session.request(modelsRemoveMethod, { name }, modelsRemoveResultSchema),
    );
    io.out(values['json'] ? `${JSON.stringify(result)}\n` : `${result.message}\n`);
    return exitCodes.done;
  },
};

const fit: Command = {
  name: 'models fit',
  usage: 'NAME|FILE [--memory SIZE] [--json]',
  summary:
    'say whether a model fits into memory, how it would be loaded, and what fits instead (exit code 1: it does not)',
  options: { memory: { type: 'string' } },
  help: { memory: memoryHelp, json, help },
  positionals: 1,

  async run([name = ''], values, io) {
    const model = isPath(name) ? await modelChoice(name, io) : name;
    const result = await withSession(io, values, (session) =>
      session.request(modelsFitMethod, { model, ...memoryOf(values) }, modelFitSchema),
    );
    io.out(values['json'] ? `${JSON.stringify(result)}\n` : `${result.message}\n`);
    return result.fits ? exitCodes.done : exitCodes.failed;
  },
};

export const models: CommandGroup = {
  name: 'models',
  usage: 'list|pull|import|remove|fit',
  summary: 'which models there are, and which serves what; get, add and remove them',
  commands: [list, pull, importModel, remove, fit],
};

/** Part of the question, and no setting: it is asked what would be, and all windows have one memory. */
function memoryOf(values: Values): { memory?: string } {
  const { memory } = values;
  return typeof memory === 'string' ? { memory } : {};
}
