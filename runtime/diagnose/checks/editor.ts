/** What in the editor keeps ghost text away, although everything works. */
import { listed, sentence } from '../../core/sentence.ts';
import type { FindingSaid as Finding } from '../../protocol.ts';
import type { Facts } from '../facts.ts';
import { type Check, note, ok, problem } from './words.ts';

type Editor = NonNullable<Facts['client']['editor']>;

export const editorCheck: Check = ({ client: { editor } }) => (editor === undefined ? [] : editorFindings(editor));

function editorFindings(editor: Editor): Finding[] {
  const { name, version, remote } = editor;
  const title =
    remote === undefined
      ? sentence('{0} {1}.', name, version)
      : sentence('{0} {1}, remote: {2}.', name, version, remote);
  return [ok('editor', title), ...silences(editor), ...restraints(editor)];
}

/** What keeps ghost text away here altogether. */
function silences({ inlineSuggest, enabled, language, paused }: Editor): Finding[] {
  const off =
    language === undefined
      ? sentence('punctual.enable is off everywhere.')
      : sentence('punctual.enable is off in {0} files.', language);
  return [
    ...(inlineSuggest
      ? []
      : [
          problem(
            'inline-suggest',
            sentence('editor.inlineSuggest.enabled is off, so the editor shows no ghost text of anybody.'),
            {
              action: {
                title: sentence('Open the setting'),
                remedy: 'openSetting',
                setting: 'editor.inlineSuggest.enabled',
              },
            },
          ),
        ]),
    ...(enabled
      ? []
      : [
          note('enable', off, {
            action: { title: sentence('Open the setting'), remedy: 'openSetting', setting: 'punctual.enable' },
          }),
        ]),
    ...(paused
      ? [
          note('paused', sentence('Completion is paused in this window.'), {
            action: { title: sentence('Resume'), remedy: 'resume' },
          }),
        ]
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
          note(
            'trust',
            sentence('The workspace is not trusted: its own settings and prompts do not count; completion works.'),
            {
              action: { title: sentence('Manage trust'), remedy: 'manageTrust' },
            },
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          note(
            'others',
            sentence(
              'Other extensions give inline completions too ({0}), so theirs may be shown instead.',
              listed(others),
            ),
            {
              action: { title: sentence('Show extensions'), remedy: 'manageExtensions' },
            },
          ),
        ]),
  ];
}
