/** Tokens that are no text: markers of prompt formats, and what is left of a character cut in two. Pure. */
import type { Checker } from './checker.ts';

const markers = [
  /<[|｜][^<>\n]{1,40}[|｜]>/u,
  /<\/?(?:fim|file|repo|gh|reponame|filename|jupyter|commit|issue|empty)_?[a-z_]*(?:prefix|suffix|middle|pad|sep|name|start|end|output)>/i,
  /<(?:PRE|SUF|MID|EOT|EOM|END)>|▁<\w+>|\[(?:PREFIX|SUFFIX|MIDDLE|INST|\/INST)\]/,
  /<\/s>|<unk>|<pad>|<0x[0-9A-F]{2}>|<\|/,
  /[ĠĊ]|\uFFFD/u,
];

/** A file about such markers may have more of them. */
export const leaksTokens: Checker = ({ before, answer, after }) =>
  markers.some((marker) => {
    const found = marker.exec(answer)?.[0];
    return found !== undefined && !before.includes(found) && !after.includes(found);
  });
