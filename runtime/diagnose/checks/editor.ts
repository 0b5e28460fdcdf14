/** What in the editor keeps ghost text away, although everything works. */
import type { Finding } from '../../protocol.ts';
import type { Facts } from '../facts.ts';
import { type Check, listed, note, ok, problem } from './words.ts';

type Editor = NonNullable<Facts['client']['editor']>;

export const editorCheck: Check = ({ client: { editor } }) => (editor === undefined ? [] : editorFindings(editor));

function editorFindings(editor: Editor): Finding[] {
  const remote = editor.remote === undefined ? '' : `, remote: ${editor.remote}`;
  return [ok('editor', `${editor.name} ${editor.version}${remote}.`), ...silences(editor), ...restraints(editor)];
}

/** What keeps ghost text away here altogether. */
function silences({ inlineSuggest, enabled, language, paused }: Editor): Finding[] {
  const where = language === undefined ? 'everywhere' : `in ${language} files`;
  return [
    ...(inlineSuggest
      ? []
      : [
          problem(
            'inline-suggest',
            'editor.inlineSuggest.enabled is off, so the editor shows no ghost text of anybody.',
            {
              action: { title: 'Open the setting', remedy: 'openSetting', setting: 'editor.inlineSuggest.enabled' },
            },
          ),
        ]),
    ...(enabled
      ? []
      : [
          note('enable', `punctual.enable is off ${where}.`, {
            action: { title: 'Open the setting', remedy: 'openSetting', setting: 'punctual.enable' },
          }),
        ]),
    ...(paused
      ? [note('paused', 'Completion is paused in this window.', { action: { title: 'Resume', remedy: 'resume' } })]
      : []),
  ];
}

/** What makes it rarer, or comes beside it. */
function restraints({ here, trusted, others }: Editor): Finding[] {
  return [
    ...(here === undefined ? [] : [here.automatic ? ok('here', here.message) : note('here', here.message)]),
    ...(trusted
      ? []
      : [
          note('trust', 'The workspace is not trusted: its own settings and prompts do not count; completion works.', {
            action: { title: 'Manage trust', remedy: 'manageTrust' },
          }),
        ]),
    ...(others.length === 0
      ? []
      : [
          note(
            'others',
            `Other extensions give inline completions too (${listed(others)}), so theirs may be shown instead.`,
            {
              action: { title: 'Show extensions', remedy: 'manageExtensions' },
            },
          ),
        ]),
  ];
}
