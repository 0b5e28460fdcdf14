/**
 * How models want a conversation to be written. To find that out, the library renders a model's template beside all formats that it knows:
 * up to a second in which no pass begins. So it is asked once for each model of this process, however often the model comes and goes; and of the
 * most usual templates it looks first at the formats that can be theirs.
 */
import { type ChatWrapper, JinjaTemplateChatWrapper, type LlamaModel, resolveChatWrapper } from 'node-llama-cpp';

/** Of ChatML. Of the library's formats two write it, and a template that writes it can be no other. */
const turnMarker = '<|im_start|>';
/**
 * The library looks first at formats that a file is named after, and of several at the one that stands last in the name. Qwen's comes into
 * question only where a template says how tools are called.
 */
const [nameOfChatMl, nameOfChatMlWithTools] = ['chatml.gguf', 'chatml-qwen.gguf'];

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
    const format = known ?? resolved(model, template);
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

/** As the library resolves it for a model, but for the name. */
function resolved(model: LlamaModel, template: string): ChatWrapper {
  const { fileInfo, filename, tokens, tokenizer, llama } = model;
  const { architecture, name } = fileInfo.metadata.general;
  const called = nameToGoBy({ template, filename, name });
  const known = { fileInfo, architecture, bosString: tokens.bosString, tokenizer, llama, warningLogs: false };
  const format = resolveChatWrapper({ ...known, ...(called !== undefined && { filename: called }) });
  return format ?? resolveChatWrapper(model, { warningLogs: false });
}

/**
 * The name of a file decides nothing about a template that is not blank but in which order formats are looked at. Where the model or its file
 * is named after one of the two, that order stands.
 */
export function nameToGoBy({
  template,
  filename,
  name,
}: {
  readonly template: string;
  readonly filename: string | undefined;
  readonly name: string | undefined;
}): string | undefined {
  const isNamed = /qwen|chatml/i.test(`${filename ?? ''} ${name ?? ''}`);
  if (!template.includes(turnMarker) || isNamed) return filename;
  return template.includes('tool') ? nameOfChatMlWithTools : nameOfChatMl;
}

/** All that the library looks at. */
function keyOf({ fileInfo, filename, tokens }: LlamaModel, template: string): string {
  const { general, tokenizer } = fileInfo.metadata;
  const facts = [template, filename, general, tokens.bosString, tokenizer.ggml.tokens.length];
  return JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}
