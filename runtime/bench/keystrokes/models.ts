/**
 * The two orders in which models read an infill prompt, with the tokenizer of a real model: the embedded one reads what stands behind the
 * cursor first, and a copy of it reads what stands before it first, as nearly all others do. The embedded model's file gives the middle
 * token another name, which is all that makes the difference (docs of the model: it answers better that way).
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { programs } from '../engine/model.ts';

export const orders = ['prefix-first', 'suffix-first'] as const;
export type Order = (typeof orders)[number];

const hiddenName = Buffer.from('<|psm_middle|>');
const usualName = Buffer.from('<|fim_middle|>');

/** @returns the file of a model that reads in this order, in `folder` if one has to be written. */
export async function modelOf(order: Order, embedded: string, folder: string): Promise<string> {
  if (order === 'suffix-first') return embedded;
  const bytes = await readFile(embedded);
  const at = bytes.indexOf(hiddenName);
  if (at === -1) throw new Error(`${embedded} has no token ${hiddenName} that could be named anew.`);
  usualName.copy(bytes, at);
  const file = path.join(folder, 'prefix-first.gguf');
  await writeFile(file, bytes);
  return file;
}

/** Beside the bundled programs, which this file is part of. @throws when it is not there. */
export function embeddedModel(): string {
  const file = path.join(programs, '..', 'media', 'models', 'tinycode-4m-q8_0.gguf');
  if (!existsSync(file)) throw new Error(`There is no ${file}: run the bench inside the project.`);
  return file;
}
