/** Model files for tests: the embedded demonstration model, and damaged or changed copies of it in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const embeddedModel = path.join(root, 'media/models/tinycode-4m-q8_0.gguf');

export const engineProgram = path.join(root, 'dist/engine.mjs');

export class ModelFiles {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'punctual-models-'));

  write(name: string, content: Buffer | string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }

  /** The first `share` of the embedded model's bytes. */
  truncated(name: string, share: number): string {
    const bytes = readFileSync(embeddedModel);
    return this.write(name, bytes.subarray(0, Math.floor(bytes.length * share)));
  }

  /** A model whose infill tokens and the keys that point to them are renamed: llama.cpp recognises them by their texts too. */
  withoutInfill(source = embeddedModel): string {
    return this.#changed(source, 'no-infill.gguf', [
      ['<|fim_', '<|xxx_'],
      ['ggml.fim_', 'ggml.xxx_'],
    ]);
  }

  /** The embedded model with a middle token: it is asked with what stands before the cursor first. */
  prefixFirst(): string {
    return this.#changed(embeddedModel, 'prefix-first.gguf', [['<|psm_middle|>', '<|fim_middle|>']]);
  }

  /** A model whose tokens for the files of a repository are renamed. */
  withoutFiles(source = embeddedModel): string {
    return this.#changed(source, `without-files-${path.basename(source)}`, [
      ['<|repo_name|>', '<|xxxx_name|>'],
      ['<|file_sep|>', '<|xxxx_sep|>'],
      ['ggml.fim_rep', 'ggml.xxx_rep'],
      ['ggml.fim_sep', 'ggml.xxx_sep'],
    ]);
  }

  withoutChatTemplate(): string {
    return this.#changed(embeddedModel, 'no-chat.gguf', [['tokenizer.chat_template', 'tokenizer.xxxx_template']]);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Replaces texts by others of the same length, so that no offset in the file moves. */
  #changed(source: string, name: string, replacements: readonly (readonly [string, string])[]): string {
    const bytes = readFileSync(source);
    for (const [from, to] of replacements) {
      if (from.length !== to.length) throw new Error(`${from} and ${to} differ in length.`);
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at)) bytes.write(to, at, 'latin1');
    }
    return this.write(name, bytes);
  }
}
