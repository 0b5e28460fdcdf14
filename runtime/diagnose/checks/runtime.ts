/** The runtime, its engine process, and what they are built from. */
import { listed, sentence } from '../../core/sentence.ts';
import { type Check, note, ok, problem } from './words.ts';

/** A runtime of the same protocol may be older or newer than its client: `restart` takes the client's own. */
export const runtimeCheck: Check = ({ client, runtime }) => {
  if (client.protocol !== runtime.protocol) {
    const title = sentence(
      'The runtime speaks protocol {0}, and {1} protocol {2}.',
      runtime.protocol,
      client.client,
      client.protocol,
    );
    return [
      problem('runtime', title, {
        action: { title: sentence('Restart the runtime'), remedy: 'restartRuntime', shell: 'punctual stop' },
      }),
    ];
  }
  if (client.version !== runtime.version) {
    const title = sentence(
      'The runtime is of version {0}, and {1} of {2}; they understand each other.',
      runtime.version,
      client.client,
      client.version,
    );
    return [
      note('runtime', title, {
        action: { title: sentence('Restart the runtime'), remedy: 'restartRuntime', shell: 'punctual stop' },
      }),
    ];
  }
  const { version, node, platform, arch } = runtime;
  return [
    ok('runtime', sentence('The runtime answers: version {0}, Node {1} on {2}.', version, node, `${platform}-${arch}`)),
  ];
};

export const environmentCheck: Check = ({ runtime }) =>
  runtime.problems.map((words, index) => note(`environment-${index + 1}`, words));

/** llama.cpp is built for glibc; with musl it is built on the machine, or there is none. */
export const libraryCheck: Check = ({ runtime: { cLibrary, platform } }) => {
  switch (cLibrary.kind) {
    case 'musl':
      return [
        problem('c-library', sentence('This system has the C library musl, and llama.cpp comes built for glibc.'), {
          detail: sentence('Use a distribution or a container with glibc, such as Debian, Ubuntu or Fedora.'),
        }),
      ];
    case 'glibc':
      return [
        ok(
          'c-library',
          cLibrary.version === undefined
            ? sentence('C library: glibc of unknown version.')
            : sentence('C library: glibc {0}.', cLibrary.version),
        ),
      ];
    case 'none':
      return [ok('c-library', sentence('C library: that of {0}.', platform))];
    default:
      return cLibrary.kind satisfies never;
  }
};

export const engineCheck: Check = ({ engine, models }) => {
  const build = [
    ...(engine.llamaCpp === undefined ? [] : [`llama.cpp ${engine.llamaCpp}`]),
    ...(engine.library === undefined ? [] : [`node-llama-cpp ${engine.library}`]),
  ];
  const what =
    build.length === 0 ? sentence('The engine process') : sentence('The engine process ({0})', listed(build));
  if (!engine.isRunning && models.length === 0)
    return [note('engine', sentence('{0} has not begun: it does with the first model that is loaded.', what))];
  if (!engine.isRunning) {
    return [
      problem('engine', sentence('{0} does not run.', what), {
        detail: sentence(
          'It begins with the first model that is loaded, so either no model loads or the process ends at once.',
        ),
        action: { title: sentence('Show the log'), remedy: 'showLog' },
      }),
    ];
  }
  if (engine.restarts > 0) {
    const title =
      engine.restarts === 1
        ? sentence('{0} runs, and was lost once since the runtime began.', what)
        : sentence('{0} runs, and was lost {1} times since the runtime began.', what, engine.restarts);
    return [
      note('engine', title, {
        action: { title: sentence('Show the log'), remedy: 'showLog' },
      }),
    ];
  }
  return [ok('engine', sentence('{0} runs.', what))];
};

export const graphicsCheck: Check = ({ engine: { backend, devices }, runtime: { platform, arch } }) => {
  if (backend === undefined) return [note('graphics', sentence('The engine has not told what it computes with.'))];
  if (backend !== 'cpu') {
    if (devices.length === 0) return [ok('graphics', sentence('The engine computes with {0} on graphics.', backend))];
    const title =
      devices.length === 1
        ? sentence('The engine computes with {0} on one graphics card.', backend)
        : sentence('The engine computes with {0} on {1} graphics cards.', backend, devices.length);
    return [ok('graphics', title)];
  }
  if (platform === 'darwin' && arch === 'arm64') {
    return [
      note(
        'graphics',
        sentence('The processor computes, although this machine has Metal: PUNCTUAL_GPU is off, or Metal failed.'),
      ),
    ];
  }
  return [
    ok(
      'graphics',
      sentence('The processor computes.'),
      sentence('With a graphics card, PUNCTUAL_GPU=auto in the environment lets it compute.'),
    ),
  ];
};
