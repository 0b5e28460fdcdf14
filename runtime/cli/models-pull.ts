/** `punctual models pull`: a download by the runtime, followed from here. Whoever interrupts it goes on with it the next time. */
import { listedModelSchema, modelsPullMethod, type PullProgress, pullProgressSchema } from '../protocol.ts';
import { type Command, CommandError, commonHelp, exitCodes, type Io, UsageError, type Values } from './command.ts';
import { installedLine, size } from './models-table.ts';
import { withSession } from './session.ts';

const { json, help } = commonHelp;

export const pull: Command = {
  name: 'models pull',
  usage: 'NAME|URL [--quantization Q] [--token-env VAR] [--mirror URL] [--trust-new] [--json]',
  summary: 'download a model; what an interrupted download has brought is kept',
  options: {
    quantization: { type: 'string' },
    'token-env': { type: 'string' },
    mirror: { type: 'string' },
    'trust-new': { type: 'boolean' },
  },
  help: {
    quantization: "of the model's files, as in Q4_K_M (default: the smallest)",
    'token-env': 'the environment variable that holds the access token for a gated model',
    mirror: 'takes the place of https://huggingface.co (default: HF_ENDPOINT)',
    'trust-new': 'the publisher has replaced the file since its hash was noted, and that is fine',
    json,
    help,
  },
  positionals: 1,

  async run([model = ''], values, io) {
    const { quantization } = values;
    const token = tokenOf(values, io);
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
        { downloads: downloadsOf(values, io) },
      );
      line.clear();
      io.out(values['json'] ? `${JSON.stringify(pulled)}\n` : installedLine(pulled));
      return exitCodes.done;
    } catch (error) {
      line.clear();
      if (io.signal.aborted) io.err(`What has come${line.kept} is kept: the same command goes on with it.\n`);
      throw error;
    }
  },
};

/** @throws UsageError, CommandError: a gated model without its token would fail much later, and less clearly. */
function tokenOf(values: Values, io: Io): string | undefined {
  const name = values['token-env'];
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !/^\w+$/.test(name))
    throw new UsageError('--token-env is the name of an environment variable, as in HF_TOKEN');
  const token = io.env[name]?.trim();
  if (!token) throw new CommandError(`The environment variable ${name} is not set: put the access token into it.`);
  return token;
}

function downloadsOf(values: Values, io: Io): { mirror?: string } {
  const mirror = values['mirror'] ?? io.env['HF_ENDPOINT'];
  if (typeof mirror !== 'string' || mirror === '') return {};
  if (!URL.canParse(mirror) || !/^https?:$/.test(new URL(mirror).protocol))
    throw new UsageError(`the mirror is '${mirror}': give an http(s) address, as in https://huggingface.co`);
  return { mirror };
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
    if (message !== undefined && message !== this.#told) this.#io.err(`${message}\n`);
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
