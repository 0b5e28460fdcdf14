/** The desk for models without models: what arrives is kept until the test answers it. */
import type { ClientSettings, ListedModel, ModelsPullParams, PullProgress } from '../../runtime/protocol.ts';
import type { Services } from '../../runtime/server/lsp.ts';

type Desk = Services['models'];

export interface PullCall {
  readonly params: ModelsPullParams;
  readonly settings: ClientSettings;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
  readonly answer: (model: ListedModel) => void;
  readonly fail: (error: Error) => void;
}

export const listed: ListedModel = {
  name: 'tiny',
  title: 'tiny',
  origin: 'imported',
  installed: true,
  file: '/models/tiny.gguf',
  bytes: 1,
  isEstimate: false,
  serves: ['completion'],
  notes: [],
};

export class ScriptedDesk implements Desk {
  readonly pulls: PullCall[] = [];
  readonly #waiting: ((call: PullCall) => void)[] = [];
  /** What an import, a removal, or a question about fit is answered with; an error is thrown. */
  answer: ListedModel | Error = listed;

  nextPull(): Promise<PullCall> {
    const call = this.pulls.shift();
    if (call) return Promise.resolve(call);
    return new Promise((taker) => this.#waiting.push(taker));
  }

  async list(): ReturnType<Desk['list']> {
    const memory = { budgetBytes: 1, freeBytes: 1, totalBytes: 1, message: 'One byte.' };
    return { folder: '/models', models: [this.#answered()], roles: [], leftovers: [], memory };
  }

  pull(...[params, settings, signal, onProgress]: Parameters<Desk['pull']>): Promise<ListedModel> {
    return new Promise((answer, fail) => {
      const call = { params, settings, signal, onProgress, answer, fail };
      const taker = this.#waiting.shift();
      if (taker) taker(call);
      else this.pulls.push(call);
    });
  }

  async import(): Promise<ListedModel> {
    return this.#answered();
  }

  async remove(): ReturnType<Desk['remove']> {
    return { freedBytes: this.#answered().bytes, message: 'tiny is removed.' };
  }

  async fit(): ReturnType<Desk['fit']> {
    return { fits: true, message: `${this.#answered().name} fits.`, neededBytes: 1, availableBytes: 2 };
  }

  #answered(): ListedModel {
    if (this.answer instanceof Error) throw this.answer;
    return this.answer;
  }
}
