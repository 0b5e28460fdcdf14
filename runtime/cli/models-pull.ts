/** `punctual models pull`: a download by the runtime, followed from here. Whoever interrupts it goes on with it the next time. */
import { listedModelSchema, modelsPullMethod, type PullProgress, pullProgressSchema } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io } from './command.ts';
import { isPath } from './model.ts';
import { downloadsOf, networkHelp, networkOptions, tokenOf, withAdvice } from './models-network.ts';
import { installedLine, size } from './models-table.ts';
import { withSession } from './session.ts';

const { json, help } = commonHelp;

export const pull: Command = {
  name: 'models pull',
  usage: 'NAME|URL [--quantization Q] [--mirror URL] [--proxy URL] [--ca FILE] [--json] …',
  summary: 'download a model; what an interrupted download has brought is kept',
  options: {
    quantization: { type: 'string' },
    'trust-new': { type: 'boolean' },
    ...networkOptions,
  },
  help: {
    quantization: "of the model's files, as in Q4_K_M (default: the smallest)",
    'trust-new': 'the publisher has replaced the file since its hash was noted, and that is fine',
    ...networkHelp,
    json,
    help,
  },
  positionals: 1,

  async run([model = ''], values, io) {
    if (isPath(model) && !/^(https?|hf):/i.test(model)) throw notAnAddress(model);
    const { quantization } = values;
    const token = tokenOf(values, io);
    const downloads = await downloadsOf(model, values, io);
    const order = {
      model,
      trustNew: values['trust-new'] === true,
      ...(typeof quantization === 'string' && { quantization }),
      ...(token !== undefined && { token }),
    };
    const line = new ProgressLine(io, values['json'] !== true);
    const schemas = { result: listedModelSchema, progress: pullProgressSchema };
    try {
      const pulled = await withSession(
        io,
        values,
        (session) => session.follow(modelsPullMethod, order, schemas, (progress) => line.show(progress)),
        { downloads },
      );
      line.clear();
      io.out(values['json'] ? `${JSON.stringify(pulled)}\n` : installedLine(pulled));
      return exitCodes.done;
    } catch (error) {
      line.clear();
      if (io.signal.aborted) io.err(`What has come${line.kept} is kept: the same command goes on with it.\n`);
      throw withAdvice(error);
    }
  },
};

function notAnAddress(model: string): CommandError {
  return new CommandError(
    `${model} is neither a name of the catalog nor an address (https://… or hf:owner/repository/file.gguf): a file that you have is used by 'punctual models import'.`,
  );
}

/** One line that is written over again, where there is a terminal; elsewhere a line when something is worth telling. */
class ProgressLine {
  readonly #io: Io;
  readonly #isShown: boolean;
  #width = 0;
  #told: string | undefined;
  #doneBytes = 0;

  constructor(io: Io, isShown: boolean) {
    this.#io = io;
    this.#isShown = isShown;
  }

  /** How much has come, to stand in a sentence. */
  get kept(): string {
    return this.#doneBytes > 0 ? ` (${size(this.#doneBytes)})` : '';
  }

  show(progress: PullProgress): void {
    if (progress.phase === 'downloading') this.#doneBytes = progress.doneBytes;
    if (!this.#isShown) return;
    const { terminal } = this.#io;
    if (terminal === undefined) {
      this.#tell(progress);
      return;
    }
    const text = progressText(progress).slice(0, Math.max(1, terminal.columns - 1));
    this.#io.out(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  clear(): void {
    if (this.#width > 0) this.#io.out(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }

  #tell({ message }: PullProgress): void {
    // What goes wrong again and again is told once.
    if (message === undefined || message === this.#told) return;
    this.#io.err(`${message}\n`);
    this.#told = message;
  }
}

export function progressText(progress: PullProgress): string {
  const { phase, message, doneBytes, totalBytes, bytesPerSecond, remainingMs } = progress;
  const parts = [
    totalBytes ? `${Math.floor((100 * doneBytes) / totalBytes)} %` : undefined,
    totalBytes ? `${size(doneBytes)} of ${size(totalBytes)}` : doneBytes > 0 ? size(doneBytes) : undefined,
    bytesPerSecond === undefined ? undefined : `${size(bytesPerSecond)}/s`,
    remainingMs === undefined ? undefined : `${duration(remainingMs)} left`,
    message,
  ];
  return [phase, ...parts.filter((part) => part !== undefined)].join('  ');
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
