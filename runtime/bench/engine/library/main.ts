/** The library process: calls of a bench come in over the IPC channel, answers and tokens go out. It lives as long as the channel. */
import { reasonOf } from '../../../disk/reason.ts';
import { Library } from './library.ts';
import type { LibraryAnswer, LibraryCall, LibraryCommand, LibraryEvent } from './messages.ts';
import { passes } from './passes.ts';
import { saturate } from './saturate.ts';
import { Server } from './server.ts';

let library: Library | undefined;
let server: Server | undefined;

function emit(event: LibraryEvent): void {
  // A bench that has just ended is no error here: the channel's end follows.
  if (process.connected) process.send?.(event, undefined, {}, () => undefined);
}

async function answer(call: LibraryCall): Promise<LibraryAnswer> {
  if (call.kind === 'load') {
    library = (await library?.reopened(call.options)) ?? (await Library.load(call.options));
    server = new Server(library, emit);
    return { kind: 'load' };
  }
  if (library === undefined) throw new Error('No model is loaded.');
  switch (call.kind) {
    case 'saturate':
      return { kind: 'saturate', ...(await saturate(library, call.options)) };
    case 'passes':
      return { kind: 'passes', ...(await passes(library, call.options)) };
    default:
      return call satisfies never;
  }
}

async function receive(command: LibraryCommand): Promise<void> {
  if (command.kind === 'start') return server?.start(command);
  if (command.kind === 'stop') return server?.stop(command.id);
  try {
    emit(await answer(command));
  } catch (error) {
    emit({ kind: 'failed', message: reasonOf(error) });
  }
}

process.on('message', (message: LibraryCommand) => void receive(message));
// Abrupt on purpose: an orderly disposal of the library may hang.
process.on('disconnect', () => process.exit(0));
