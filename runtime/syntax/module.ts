/**
 * The parser's WebAssembly module, one for the process, with a stack that is large enough. As built it has 64 KiB, which lie above
 * its data without a guard: some thousand syntax errors in one text make it overflow, and the parser's own tables are overwritten.
 */
import { readFile } from 'node:fs/promises';
import { Parser } from 'web-tree-sitter';

/** What is used of it here: the ambient types of Node 20 do not have it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: object };
};

type Imports = Readonly<Record<string, Readonly<Record<string, { value: number } | undefined>>>>;

/** V8 ends a recursion with a RangeError after about a megabyte of its own stack; this one must last longer. */
const stackBytes = 4 * 1024 ** 2;

let initialized: Promise<void> | undefined;
let stackPointer: { value: number } | undefined;
let stackTop = 0;

/** Whoever comes first says where `parser.wasm` is. After a failure the next one tries again. */
export function initializeParser(file: string): Promise<void> {
  initialized ??= initialize(file).catch((error: unknown) => {
    initialized = undefined;
    throw error;
  });
  return initialized;
}

/** After an exception inside of the module its stack is as deep as it was then. */
export function unwindStack(): void {
  if (stackPointer) stackPointer.value = stackTop;
}

/** What the library's loader, made by Emscripten, takes and fills in. */
interface Loading {
  instantiateWasm(imports: Imports, received: (instance: object, module: object) => void): object;
  _malloc?: (bytes: number) => number;
}

async function initialize(file: string): Promise<void> {
  const bytes = await readFile(file);
  const module = await WebAssembly.compile(bytes);
  const loading: Loading = {
    instantiateWasm(imports, received) {
      stackPointer = imports['env']?.['__stack_pointer'];
      const instance = new WebAssembly.Instance(module, imports);
      received(instance, module);
      return instance.exports;
    },
  };
  await Parser.init(loading);
  const stack = loading._malloc?.(stackBytes) ?? 0;
  if (!stackPointer || stack === 0) throw new Error(`${file} has no stack that could be made larger`);
  // It grows downwards, and its top must be aligned to 16 bytes.
  stackTop = (stack + stackBytes) & ~15;
  unwindStack();
}
