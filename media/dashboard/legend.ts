/** What colours and forms of the timeline mean. */
import { element } from './dom.ts';
import type { Words } from './words.ts';

const keys = [
  'Waiting',
  'Running',
  'Paused',
  'Kept',
  'Broken',
  'Gone',
  'Several',
  'Deadline',
  'Prefill',
  'Decode',
] as const;

export function legend(words: Words): HTMLElement {
  const entries = keys.map((key) => {
    const sample = element('span', { class: `sample is-${key.toLowerCase()}`, 'aria-hidden': 'true' });
    return element('span', {}, sample, words.text(`legend${key}`));
  });
  return element('p', { class: 'legend' }, ...entries);
}
