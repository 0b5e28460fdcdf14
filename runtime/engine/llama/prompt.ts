/**
 * From a prompt to the model's tokens: which markers a model wants, and in which order. Text of the asker is never read as markers.
 */
import type { ChatWrapper, LlamaModel, Token } from 'node-llama-cpp';
import { sentence } from '../../core/sentence.ts';
import type { InfillContext, InfillPrompt, Prompt, TaskError } from '../../core/task.ts';
import { ChatFormats } from './chat-formats.ts';
import { Healing } from './healing.ts';
import { asRepository, type RepositoryTokens, repositoryTokensOf } from './repository-tokens.ts';

/**
 * Characters of text for one token of context that are looked at, at most. Tokenizing is synchronous and its regular expressions
 * recurse on long words, so text that cannot fit anyway is refused before. Source code has 3 to 4 characters in a token.
 */
const charsPerTokenMax = 32;

const infillEndTexts = ['<|file_separator|>', '<|endoftext|>', '<|im_end|>'];

export type PromptTokens =
  /** `cut`: the text that was taken off the prompt; the answer begins with it. */
  | { readonly kind: 'tokens'; readonly tokens: number[]; readonly cut: string }
  | { readonly kind: 'refused'; readonly error: TaskError };

export class PromptFormat {
  readonly #model: LlamaModel;
  readonly #contextTokens: number;
  readonly #chat: ChatWrapper | undefined;
  readonly #endTokens: ReadonlySet<number>;
  readonly #healing: Healing;
  readonly #repository: RepositoryTokens | undefined;

  /** @param chat how the model wants a conversation to be written; undefined when it has no template for one. */
  constructor(
    model: LlamaModel,
    contextTokens: number,
    chat = new ChatFormats().of(model),
    healing = new Healing(model),
  ) {
    this.#model = model;
    this.#contextTokens = contextTokens;
    this.#chat = chat;
    this.#healing = healing;
    this.#repository = repositoryTokensOf(model);
    this.#endTokens = endTokensOf(model, this.#chat);
  }

  /** The model names tokens for what stands before and behind the cursor. */
  get infill(): boolean {
    const { prefix, suffix } = this.#model.tokens.infill;
    return prefix !== null && suffix !== null;
  }

  /** A prompt begins with what stands behind the cursor. */
  get suffixFirst(): boolean {
    return this.infill && this.#model.tokens.infill.middle === null;
  }

  /** The model brings a chat template along. */
  get chat(): boolean {
    return this.#chat !== undefined;
  }

  isEnd(token: number): boolean {
    return this.#endTokens.has(token) || this.#model.isEogToken(token as Token);
  }

  /** @param maxTokens the answer's limit, to say how much prompt would fit when the text is far too long. */
  tokenize(prompt: Prompt, maxTokens: number): PromptTokens {
    const tooLong = this.#checkText(prompt, maxTokens);
    if (tooLong !== undefined) return { kind: 'refused', error: tooLong };
    switch (prompt.kind) {
      case 'infill':
        return this.#infill(prompt);
      case 'chat':
        return this.#chatTurn(prompt.user);
      default:
        return prompt satisfies never;
    }
  }

  #checkText(prompt: Prompt, maxTokens: number): TaskError | undefined {
    const chars = charsOf(prompt);
    const charsMax = this.#contextTokens * charsPerTokenMax;
    if (chars <= charsMax) return undefined;
    return {
      code: 'promptTooLong',
      message: sentence(
        "The prompt has {0} characters, but the model's context holds {1} tokens: shorten it.",
        chars,
        this.#contextTokens,
      ),
      promptTokens: Math.ceil(chars / 4),
      promptTokensMax: Math.max(0, this.#contextTokens - maxTokens),
    };
  }

  /**
   * Prefix, suffix, the middle token when the model names one, and behind it what is being typed: it is how the middle begins. A model
   * without a middle token continues the prefix directly, so the suffix goes first. Either way typing only appends to the prompt, and
   * the KV of all before it is reused.
   *
   * Pieces of other files stand before all of it as files of a repository, where the model knows such, else as comments before the text.
   */
  #infill({ prefix: before, suffix: behind, typed = '', heals, context }: InfillPrompt): PromptTokens {
    const { prefix, suffix, middle } = this.#model.tokens.infill;
    if (prefix === null || suffix === null) {
      const message = sentence(
        'This model cannot complete code between two texts: choose a model with fill-in-the-middle tokens.',
      );
      return { kind: 'refused', error: { code: 'infillUnsupported', message } };
    }
    const isSuffixFirst = middle === null;
    const files = context && this.#repository && asRepository(context, this.#repository, (text) => this.#text(text));
    const comments = files === undefined ? this.#text(commentsOf(context)) : [];
    const behindTokens = [suffix, ...this.#text(behind)];
    const stable = isSuffixFirst
      ? [...behindTokens, prefix, ...comments]
      : [prefix, ...comments, ...this.#text(before), ...behindTokens, middle];
    const last = isSuffixFirst ? before + typed : typed;
    const lastTokens = this.#text(last);
    const { tokens, cut } = heals ? this.#healing.backUp(lastTokens, last) : { tokens: lastTokens, cut: '' };
    return { kind: 'tokens', tokens: [...this.#beginning(), ...(files ?? []), ...stable, ...tokens], cut };
  }

  #chatTurn(user: string): PromptTokens {
    if (this.#chat === undefined) {
      const message = sentence(
        'This model has no chat template, so it cannot follow instructions: choose an instruct model.',
      );
      return { kind: 'refused', error: { code: 'chatUnsupported', message } };
    }
    const { contextText } = this.#chat.generateContextState({
      chatHistory: [
        ...this.#chat.generateInitialChatHistory(),
        { type: 'user', text: user },
        { type: 'model', response: [] },
      ],
    });
    return { kind: 'tokens', tokens: contextText.tokenize(this.#model.tokenizer), cut: '' };
  }

  /** The space that some tokenizers put before the first word is not part of the text. */
  #text(text: string): Token[] {
    return this.#model.tokenize(text, false, 'trimLeadingSpace');
  }

  #beginning(): Token[] {
    const { shouldPrependBosToken, bos } = this.#model.tokens;
    return shouldPrependBosToken && bos !== null ? [bos] : [];
  }
}

function charsOf(prompt: Prompt): number {
  if (prompt.kind === 'chat') return prompt.user.length;
  const { prefix, typed = '', suffix, context } = prompt;
  return commentsOf(context).length + prefix.length + typed.length + suffix.length;
}

function commentsOf(context: InfillContext | undefined): string {
  return (context?.pieces ?? []).map(({ comments }) => comments).join('');
}

/** Tokens that end an answer beside those the model file declares: its infill markers, and what its chat format ends a turn with. */
function endTokensOf(model: LlamaModel, chat: ChatWrapper | undefined): ReadonlySet<number> {
  const { prefix, suffix, middle } = model.tokens.infill;
  const ends = new Set<number>([prefix, suffix, middle].filter((token) => token !== null));
  const triggers = infillEndTexts.map((text) => model.tokenize(text, true));
  if (chat !== undefined) {
    const { stopGenerationTriggers } = chat.generateContextState({ chatHistory: [{ type: 'user', text: '' }] });
    triggers.push(...stopGenerationTriggers.map((trigger) => trigger.tokenize(model.tokenizer)));
  }
  for (const [token, ...more] of triggers) {
    if (token !== undefined && more.length === 0 && model.isSpecialToken(token)) ends.add(token);
  }
  return ends;
}
