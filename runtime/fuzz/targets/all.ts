/** Everything that can be fuzzed, by the name that `--only` takes. Nothing is written or started before a target is made. */
import type { Target } from '../case.ts';
import { filesTarget } from './files.ts';
import { framesTarget } from './frames.ts';
import { ggufTarget } from './gguf.ts';
import { logsTarget } from './logs.ts';
import { rpcTarget } from './rpc.ts';
import { runtimeTarget } from './runtime.ts';

export interface TargetKind {
  /** As the target's own. */
  readonly name: string;
  /** For the usage. */
  readonly summary: string;
  /** @param root the folder of the repository, with what is built in `dist`. */
  make(root: string): Target | Promise<Target>;
}

export const targetKinds: readonly TargetKind[] = [
  { name: 'frames', summary: 'the socket of the runtime: handshakes and frames as bytes', make: framesTarget },
  {
    name: 'messages',
    summary: 'single messages of a window, mostly spoiled',
    make: (root) => rpcTarget(root, { name: 'messages', share: 500, spoiling: 0.6, lengthMax: 2 }),
  },
  {
    name: 'sequences',
    summary: 'conversations of a window, in any order',
    make: (root) => rpcTarget(root, { name: 'sequences', share: 150, spoiling: 0.05, lengthMax: 14 }),
  },
  { name: 'gguf', summary: 'heads of model files', make: ggufTarget },
  { name: 'files', summary: 'files of the home folder', make: filesTarget },
  { name: 'logs', summary: 'recorded logs, read and played again', make: logsTarget },
  { name: 'runtime', summary: 'conversations with the runtime as it is shipped', make: runtimeTarget },
];
