/** The runtime, its engine process, and what they are built from. */
import { type Check, listed, note, ok, problem } from './words.ts';

/** A runtime of the same protocol may be older or newer than its client: `restart` takes the client's own. */
export const runtimeCheck: Check = ({ client, runtime }) => {
  if (client.protocol !== runtime.protocol) {
    const title = `The runtime speaks protocol ${runtime.protocol}, and ${client.client} protocol ${client.protocol}.`;
    return [
      problem('runtime', title, {
        action: { title: 'Restart the runtime', remedy: 'restartRuntime', shell: 'punctual stop' },
      }),
    ];
  }
  if (client.version !== runtime.version) {
    const title = `The runtime is of version ${runtime.version}, and ${client.client} of ${client.version}; they understand each other.`;
    return [
      note('runtime', title, {
        action: { title: 'Restart the runtime', remedy: 'restartRuntime', shell: 'punctual stop' },
      }),
    ];
  }
  const { version, node, platform, arch } = runtime;
  return [ok('runtime', `The runtime answers: version ${version}, Node ${node} on ${platform}-${arch}.`)];
};

export const environmentCheck: Check = ({ runtime }) =>
  runtime.problems.map((sentence, index) => note(`environment-${index + 1}`, sentence));

/** llama.cpp is built for glibc; with musl it is built on the machine, or there is none. */
export const libraryCheck: Check = ({ runtime: { cLibrary, platform } }) => {
  switch (cLibrary.kind) {
    case 'musl':
      return [
        problem('c-library', 'This system has the C library musl, and llama.cpp comes built for glibc.', {
          detail: 'Use a distribution or a container with glibc, such as Debian, Ubuntu or Fedora.',
        }),
      ];
    case 'glibc':
      return [ok('c-library', `C library: glibc ${cLibrary.version ?? 'of unknown version'}.`)];
    case 'none':
      return [ok('c-library', `C library: that of ${platform}.`)];
    default:
      return cLibrary.kind satisfies never;
  }
};

export const engineCheck: Check = ({ engine }) => {
  const build = [
    ...(engine.llamaCpp === undefined ? [] : [`llama.cpp ${engine.llamaCpp}`]),
    ...(engine.library === undefined ? [] : [`node-llama-cpp ${engine.library}`]),
  ];
  const from = build.length === 0 ? '' : ` (${listed(build)})`;
  if (!engine.isRunning) {
    return [
      problem('engine', `The engine process does not run${from}.`, {
        detail: 'It begins with the first model that is loaded, so either no model loads or the process ends at once.',
        action: { title: 'Show the log', remedy: 'showLog' },
      }),
    ];
  }
  if (engine.restarts > 0) {
    const times = engine.restarts === 1 ? 'once' : `${engine.restarts} times`;
    return [
      note('engine', `The engine process runs${from}, and was lost ${times} since the runtime began.`, {
        action: { title: 'Show the log', remedy: 'showLog' },
      }),
    ];
  }
  return [ok('engine', `The engine process runs${from}.`)];
};

export const graphicsCheck: Check = ({ engine: { backend, devices }, runtime: { platform, arch } }) => {
  if (backend === undefined) return [note('graphics', 'The engine has not told what it computes with.')];
  if (backend !== 'cpu') {
    const cards = devices.length === 1 ? 'one graphics card' : `${devices.length} graphics cards`;
    return [ok('graphics', `The engine computes with ${backend} on ${devices.length === 0 ? 'graphics' : cards}.`)];
  }
  if (platform === 'darwin' && arch === 'arm64') {
    return [
      note(
        'graphics',
        'The processor computes, although this machine has Metal: PUNCTUAL_GPU is off, or Metal failed.',
      ),
    ];
  }
  return [
    ok(
      'graphics',
      'The processor computes.',
      'With a graphics card, PUNCTUAL_GPU=auto in the environment lets it compute.',
    ),
  ];
};
