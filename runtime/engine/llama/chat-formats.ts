/**
 * How models want a conversation to be written. To find that out, the library renders a model's template beside all formats that it knows:
 * up to a second in which no pass begins. So it is asked once for each model of this process, however often the model comes and goes.
 */
import { type ChatWrapper, JinjaTemplateChatWrapper, type LlamaModel, resolveChatWrapper } from 'node-llama-cpp';

/** Models whose format is remembered; the one that was asked for longest ago is forgotten first. */
const formatsMax = 32;

export class ChatFormats {
  /** What needs the model itself is made anew each time, as the model it was made with is gone. */
  readonly #known = new Map<string, ChatWrapper | 'needs the model'>();

  /** Undefined when the model has no template: then it cannot follow a conversation. */
  of(model: LlamaModel): ChatWrapper | undefined {
    const template = model.fileInfo.metadata.tokenizer.chat_template;
    if (template === undefined || template === '') return undefined;
    const key = keyOf(model, template);
    const known = this.#known.get(key);
    if (known === 'needs the model') return resolveChatWrapper(model, { type: 'jinjaTemplate', warningLogs: false });
    const format = known ?? resolveChatWrapper(model, { warningLogs: false });
    this.#remember(key, format instanceof JinjaTemplateChatWrapper ? 'needs the model' : format);
    return format;
  }

  #remember(key: string, format: ChatWrapper | 'needs the model'): void {
    this.#known.delete(key);
    this.#known.set(key, format);
    const [oldest] = this.#known.keys();
    if (this.#known.size > formatsMax && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** All that the library looks at. */
function keyOf({ fileInfo, filename, tokens }: LlamaModel, template: string): string {
  const { general, tokenizer } = fileInfo.metadata;
  const facts = [template, filename, general, tokens.bosString, tokenizer.ggml.tokens.length];
  return JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}
