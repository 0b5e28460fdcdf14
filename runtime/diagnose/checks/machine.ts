/** Memory, disk and power of the machine. */
import { type Check, note, ok, problem, sizeOf } from './words.ts';

/** Below this no model worth having is held. */
const budgetBytesMin = 400e6;
/** The smallest real model of the catalog needs about this much. */
const diskBytesMin = 2e9;

export const memoryCheck: Check = ({ machine }) => {
  const { totalBytes, freeBytes, budgetBytes, budget } = machine;
  const free = freeBytes === undefined ? '' : `, ${sizeOf(freeBytes)} free`;
  if (budgetBytes < budgetBytesMin) {
    return [
      problem(
        'memory',
        `Models may take ${sizeOf(budgetBytes)}, which is too little for a real one (RAM: ${sizeOf(totalBytes)}${free}).`,
        {
          detail: budget,
          action: { title: 'Change punctual.memory', remedy: 'openSetting', setting: 'punctual.memory' },
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
          `Other programs leave little memory just now (pressure: ${pressure}), so models leave sooner.`,
        ),
      ];

export const diskCheck: Check = ({ disk }) => {
  if (disk.problem !== undefined)
    return [problem('disk', 'The models folder cannot be used.', { detail: disk.problem })];
  if (disk.freeBytes === undefined) return [note('disk', 'How much of the disk is free is not known.')];
  const title = `${sizeOf(disk.freeBytes)} are free where models are kept`;
  if (disk.freeBytes >= diskBytesMin) return [ok('disk', `${title}.`)];
  return [
    note('disk', `${title}, which is too little for most models.`, {
      action: { title: 'Remove a model', remedy: 'models', shell: 'punctual models list' },
    }),
  ];
};

export const powerCheck: Check = ({ machine: { power } }) =>
  power === 'battery'
    ? [note('power', 'The machine runs on battery: it computes slower, models leave sooner, and none is loaded ahead.')]
    : [ok('power', power === 'mains' ? 'The machine runs on mains power.' : 'Nobody says that it runs on battery.')];
