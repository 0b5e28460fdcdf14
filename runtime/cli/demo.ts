/**
 * `punctual demo`, which `npm start` runs: opens VS Code with the extension where there is a desktop, else plays a demo in the terminal.
 * The terminal demo has a runtime of its own in a temporary folder, and leaves neither behind.
 */
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stopRuntime } from '../client/connect.ts';
import { Home } from '../client/home.ts';
import { readRendezvous } from '../client/rendezvous.ts';
import { clientSettingsSchema, type ModelStatus, type SaidSettings, type Status } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io, type Values } from './command.ts';
import { columnsMin, rowsMin } from './demo/frame.ts';
import { Play, type PlayResult } from './demo/play.ts';
import { legend, report } from './demo/report.ts';
import { ScreenStage } from './demo/screen.ts';
import { paces, scenes, summaries, translations } from './demo/screenplay.ts';
import { LineStage, type Stage } from './demo/stage.ts';
import { findCode, openCode } from './demo/vscode.ts';
import { type Session, withRunning, withSession } from './session.ts';

const works = [summaries, translations];

export const demo: Command = {
  name: 'demo',
  usage: '[--terminal] [--quick] [--model FILE] [--json]',
  summary: 'show it at work: in VS Code where there is one, else here',
  options: { terminal: { type: 'boolean' }, quick: { type: 'boolean' } },
  help: { terminal: 'here, even where there is a VS Code', quick: 'type faster than a person', ...commonHelp },
  positionals: 0,

  async run(_, values, io) {
    const isHere = values['terminal'] || values['quick'] || values['json'] || values['model'] !== undefined;
    if (!isHere && (await openedInEditor(io))) return exitCodes.done;
    const { played, status } = await inOwnHome(io, async (own) => {
      const played = await perform(own, values);
      const status = await withRunning(own, (session) => session.status());
      if (!status) throw new CommandError('The runtime of the demo has gone away: run the command again.');
      return { played, status };
    });
    show(played, status, values, io);
    return exitCodes.done;
  },
};

async function openedInEditor(io: Io): Promise<boolean> {
  const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  const isRoot = process.getuid?.() === 0;
  const code = findCode({ env: io.env, platform: process.platform, isRoot, isFile });
  if (code === undefined) return false;
  const root = path.join(io.media, '..');
  const sample = path.join(io.media, 'sample');
  if (!(await openCode(code, root, sample))) {
    io.err(`${code} did not open a window, so the demo plays here.\n`);
    return false;
  }
  io.out(`VS Code opens ${sample} with Punctual; its README.md says what to try.\n`);
  io.out('The demo in the terminal: npm start -- --terminal\n');
  return true;
}

/** Runs `use` with a runtime of its own, which has ended when this returns. */
async function inOwnHome<T>(io: Io, use: (own: Io) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'punctual-demo-'));
  try {
    return await use({ ...io, env: { ...io.env, PUNCTUAL_HOME: folder } });
  } finally {
    const runtime = await readRendezvous(new Home(folder));
    if (runtime) await stopRuntime(runtime, 'the demo is over');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function perform(io: Io, values: Values): Promise<PlayResult> {
  const settings = clientSettingsSchema.parse({});
  const stage = stageFor(io, values, settings);
  try {
    return await withSession(io, { ...values, model: values['model'] ?? 'embedded' }, async (session) => {
      const pace = values['quick'] ? paces.quick : paces.person;
      const play = new Play(session, stage, pace, path.join(io.media, 'sample'), io.signal);
      stage.note('loading the model …');
      await play.open(scenes, works.flat());
      const model = await loadedModel(session);
      stage.introduce(introduction(model));
      stage.note('every keystroke asks for a completion; a summary and a translation run too');
      return play.run(scenes, works);
    });
  } finally {
    stage.close();
  }
}

function stageFor(io: Io, values: Values, settings: SaidSettings): Stage {
  if (values['json']) return new LineStage(() => undefined);
  const { terminal, env } = io;
  const isPlain = env['NO_COLOR'] || env['TERM'] === 'dumb';
  if (!terminal || isPlain || terminal.columns < columnsMin || terminal.rows < rowsMin) return new LineStage(io.out);
  return new ScreenStage(io.out, { columns: terminal.columns, promisedMs: settings.completion.targetMs });
}

/** Opening the files has begun to load it. @throws CommandError when it does not load. */
async function loadedModel(session: Session): Promise<ModelStatus> {
  const settled = ({ models }: Status): ModelStatus | undefined =>
    models.find(({ state }) => state === 'ready' || state === 'failed');
  const model = settled(await session.status((status) => settled(status) !== undefined));
  if (model?.state !== 'ready') throw new CommandError(model?.error ?? 'The model did not load.');
  return model;
}

function introduction({ name, demo: isDemo }: ModelStatus): string {
  return isDemo ? `${name}: a real model, and a weak one` : name;
}

function show({ scenes: results, seenMs }: PlayResult, status: Status, values: Values, io: Io): void {
  const suggested = results.filter(({ suggestion }) => suggestion !== '').length;
  const taken = results.filter((result) => result.taken).length;
  if (values['json']) {
    io.out(`${JSON.stringify({ lines: results.length, suggested, taken, seenMs, status })}\n`);
  } else {
    io.out(`\n${report(status, seenMs)}${legend}`);
    io.out(` ${results.length} lines: ${suggested} with a suggestion, ${taken} finished with Tab.\n`);
  }
  if (suggested === 0) throw new CommandError('The model suggested nothing: choose another one with --model FILE.');
}
