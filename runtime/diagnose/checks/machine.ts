/** Memory, disk and power of the machine. */
import { sentence } from '../../core/sentence.ts';
import { type Check, note, ok, problem, sizeOf } from './words.ts';

/** Below this no model worth having is held. */
const budgetBytesMin = 400e6;
/** The smallest real model of the catalog needs about this much. */
const diskBytesMin = 2e9;
/** Below this even what is learned and logged soon finds no room. */
const diskBytesNone = 100e6;

export const memoryCheck: Check = ({ machine }) => {
  const { totalBytes, freeBytes, budgetBytes, budget } = machine;
  if (budgetBytes < budgetBytesMin) {
    return [
      problem(
        'memory',
        freeBytes === undefined
          ? sentence(
              'Models may take {0}, which is too little for a real one (RAM: {1}).',
              sizeOf(budgetBytes),
              sizeOf(totalBytes),
            )
          : sentence(
              'Models may take {0}, which is too little for a real one (RAM: {1}, {2} free).',
              sizeOf(budgetBytes),
              sizeOf(totalBytes),
              sizeOf(freeBytes),
            ),
        {
          detail: budget,
          action: { title: sentence('Change punctual.memory'), remedy: 'openSetting', setting: 'punctual.memory' },
        },
      ),
    ];
  }
  return [ok('memory', budget)];
};

export const pressureCheck: Check = ({ machine: { pressure } }) =>
  pressure === 'none' || pressure === 'normal'
    ? []
    : [
        note(
          'pressure',
          sentence('Other programs leave little memory just now (pressure: {0}), so models leave sooner.', pressure),
        ),
      ];

export const diskCheck: Check = ({ disk }) => {
  if (disk.problem !== undefined)
    return [problem('disk', sentence('The models folder cannot be used.'), { detail: disk.problem })];
  if (disk.freeBytes === undefined) return [note('disk', sentence('How much of the disk is free is not known.'))];
  const free = sizeOf(disk.freeBytes);
  if (disk.freeBytes < diskBytesNone) {
    return [
      problem('disk', sentence('Nearly nothing is free where models are kept ({0}).', free), {
        detail: sentence(
          'Nothing can be downloaded, and what is learned and logged may be lost: remove a model, or other files of that disk.',
        ),
        action: { title: sentence('Remove a model'), remedy: 'models', shell: 'punctual models remove NAME' },
      }),
    ];
  }
  if (disk.freeBytes >= diskBytesMin) return [ok('disk', sentence('{0} are free where models are kept.', free))];
  return [
    note('disk', sentence('{0} are free where models are kept, which is too little for most models.', free), {
      action: { title: sentence('Remove a model'), remedy: 'models', shell: 'punctual models list' },
    }),
  ];
};

export const powerCheck: Check = ({ machine: { power } }) =>
  power === 'battery'
    ? [
        note(
          'power',
          sentence('The machine runs on battery: it computes slower, models leave sooner, and none is loaded ahead.'),
        ),
      ]
    : [
        ok(
          'power',
          power === 'mains'
            ? sentence('The machine runs on mains power.')
            : sentence('Nobody says that it runs on battery.'),
        ),
      ];
