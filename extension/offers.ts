/**
 * Asks whether another model is to answer, when the setting says so. A notification beside the work, with a link for each choice: one
 * with buttons could not be taken away by us when the question is moot, and a progress notification can.
 */
import * as vscode from 'vscode';
import type { Context } from './context.ts';
import { type Choice, choiceCommands, Questions, questionText } from './questions.ts';

export function activate(ctx: Context): void {
  const questions = new Questions((offer, over) => {
    const options = { location: vscode.ProgressLocation.Notification, title: questionText(offer) };
    void vscode.window.withProgress(options, () => over);
  });
  for (const choice of ['now', 'wait'] as const satisfies readonly Choice[])
    ctx.command(choiceCommands[choice], () => questions.answer(choice));
  ctx.onConnection((connection, scope) => {
    scope.push(connection.onOffer((offer, moot) => questions.ask(offer, moot)));
  });
}
