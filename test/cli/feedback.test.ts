/** What `punctual feedback` prints. */
import { describe, expect, it } from 'vitest';
import { countsText } from '../../runtime/cli/feedback.ts';
import { acceptanceLine, shareText } from '../../runtime/cli/feedback-line.ts';

const none = { shown: 0, accepted: 0, partly: 0, rejected: 0, retained: 0, lost: 0 };

describe('what became of suggestions, printed', () => {
  it('when nothing was counted, then it says so', () => {
    expect(countsText({ file: '/home/u/s.json', total: none, counts: [] })).toBe(
      'No suggestion has been counted yet.\n',
    );
  });

  it('when suggestions were counted, then each language and model has its line, and the file is named', () => {
    const rust = { shown: 3, accepted: 1, partly: 0, rejected: 2, retained: 1, lost: 0 };
    const go = { shown: 7, accepted: 3, partly: 1, rejected: 2, retained: 1, lost: 2 };
    const total = { shown: 10, accepted: 4, partly: 1, rejected: 4, retained: 2, lost: 2 };
    const counts = [
      { language: 'rust', model: 'Tiny', ...rust },
      { language: 'go', model: 'Larger', ...go },
    ];
    expect(countsText({ file: '/home/u/s.json', total, counts }).split('\n')).toEqual([
      'language  model   shown  taken  in part  rejected  still there after 30 s',
      'go        Larger      7      3        1         2                    33 %',
      'rust      Tiny        3      1        0         2                   100 %',
      '10 suggestions shown, 40 % taken, 10 % in part; 50 % of what was taken was still there after 30 s',
      "Kept in /home/u/s.json, and nowhere else; 'punctual feedback --clear' deletes it.",
      '',
    ]);
  });

  it('when nothing was looked for yet, then nothing is said of it', () => {
    expect(acceptanceLine({ ...none, shown: 1, accepted: 1 })).toBe('1 suggestion shown, 100 % taken, 0 % in part');
    expect(shareText(0, 0)).toBe('–');
  });
});
