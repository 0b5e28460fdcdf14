/** `punctual feedback`: what became of suggestions, by language and model; with `--clear` it is deleted. */
import { type StatisticsResult, statisticsClearMethod, statisticsMethod, statisticsResultSchema } from '../protocol.ts';
import { type Command, commonHelp, exitCodes } from './command.ts';
import { acceptanceLine, shareText } from './feedback-line.ts';
import { withSession } from './session.ts';
import { textTable } from './text-table.ts';

const { json, help } = commonHelp;

export const feedback: Command = {
  name: 'feedback',
  usage: '[--clear] [--json]',
  summary: 'which suggestions were taken, by language and model; counted on this machine only',
  options: { clear: { type: 'boolean' } },
  help: { clear: 'delete what was counted, and what was learned from it', json, help },
  positionals: 0,

  async run(_, values, io) {
    const isClear = values['clear'] === true;
    const method = isClear ? statisticsClearMethod : statisticsMethod;
    const result = await withSession(io, values, (session) => session.request(method, {}, statisticsResultSchema));
    if (values['json']) io.out(`${JSON.stringify({ cleared: isClear, ...result })}\n`);
    else io.out(isClear ? clearedText(result) : countsText(result));
    return exitCodes.done;
  },
};

/** A line for each language and model, those with most suggestions first. */
export function countsText({ counts, total, file }: StatisticsResult): string {
  if (counts.length === 0) return 'No suggestion has been counted yet.\n';
  const rows = [...counts]
    .sort((a, b) => b.shown - a.shown)
    .map(({ language, model, shown, accepted, partly, rejected, retained, lost }) => [
      language,
      model,
      ...[shown, accepted, partly, rejected].map(String),
      shareText(retained, retained + lost),
    ]);
  const columns = [
    { label: 'language', isText: true },
    { label: 'model', isText: true },
    ...['shown', 'taken', 'in part', 'rejected', 'still there after 30 s'].map((label) => ({ label })),
  ];
  return `${textTable(columns, rows)}\n${acceptanceLine(total)}\nKept in ${file}, and nowhere else; 'punctual feedback --clear' deletes it.\n`;
}

function clearedText({ total, file }: StatisticsResult): string {
  const { shown } = total;
  return `Deleted what was counted of ${shown} ${shown === 1 ? 'suggestion' : 'suggestions'}, and what was learned from it (${file}).\n`;
}
