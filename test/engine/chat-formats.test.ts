/** Which of the library's formats a model's conversations have, and which are looked at to find that out. */
import {
  type ChatWrapper,
  GeneralChatWrapper,
  getLlama,
  type LlamaModel,
  QwenChatWrapper,
  resolveChatWrapper,
} from 'node-llama-cpp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChatFormats, nameToGoBy } from '../../runtime/engine/llama/chat-formats.ts';
import { embeddedModel } from './models.ts';

const chatMl = "{% for message in messages %}{{ '<|im_start|>' + message['role'] }}{% endfor %}";

describe('the name that the library goes by', () => {
  it.each([
    ['a template of ChatML', { template: chatMl, filename: 'yi-6b.gguf', name: 'Yi' }, 'chatml.gguf'],
    ['one that knows tools', { template: `${chatMl}{{ tools }}`, filename: 'yi.gguf', name: 'Yi' }, 'chatml-qwen.gguf'],
    ['another template', { template: '[INST] {{ messages }}', filename: 'yi-6b.gguf', name: 'Yi' }, 'yi-6b.gguf'],
    ['a file named after one', { template: chatMl, filename: 'a-chatml.gguf', name: 'A' }, 'a-chatml.gguf'],
    ['a model named after one', { template: chatMl, filename: 'a.gguf', name: 'Qwen 9' }, 'a.gguf'],
    ['nothing that has a name', { template: '{{ messages }}', filename: undefined, name: undefined }, undefined],
  ])('when there is %s, then it is the right one', (_, known, expected) => {
    expect(nameToGoBy(known)).toBe(expected);
  });
});

describe('the format of a model with a template of ChatML', () => {
  let model: LlamaModel;
  beforeAll(async () => {
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
    model = await llama.loadModel({ modelPath: embeddedModel });
  });
  afterAll(() => model.llama.dispose());
  afterEach(() => vi.restoreAllMocks());

  const textOf = (format: ChatWrapper | undefined): string | undefined =>
    format
      ?.generateContextState({
        chatHistory: [...format.generateInitialChatHistory(), { type: 'user', text: 'Say it.' }],
      })
      .contextText.toString();

  it('when the names say nothing, then it is what the library finds by itself, and formats that cannot be it are not looked at', () => {
    // Before ChatML's in the library's own order. That it asks this of a format stands in no declaration.
    const looked = [GeneralChatWrapper, QwenChatWrapper].map((format) =>
      vi.spyOn(
        format as unknown as { _checkModelCompatibility: (options: object) => boolean },
        '_checkModelCompatibility',
      ),
    );
    const format = new ChatFormats().of(model);
    for (const look of looked) expect(look).not.toHaveBeenCalled();
    const itself = resolveChatWrapper(model, { warningLogs: false });
    for (const look of looked) expect(look).toHaveBeenCalled();
    expect(format?.wrapperName).toBe(itself.wrapperName);
    expect(textOf(format)).toBe(textOf(itself));
  });
});
