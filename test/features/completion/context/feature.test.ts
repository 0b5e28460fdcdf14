/** What other files say, in the tasks of the completion feature. */
import { describe, expect, it } from 'vitest';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { InfillPrompt } from '../../../../runtime/core/task.ts';
import { CompletionFeature } from '../../../../runtime/features/completion/index.ts';
import type { ClientSettings } from '../../../../runtime/protocol.ts';
import { settingsOf } from '../../../whole-settings.ts';
import { chosenSettings, models, ScriptedTasks } from '../../fakes.ts';
import { at, ContextWorld } from './world.ts';

const never = new AbortController().signal;
const real = settingsOf({ model: 'a real one' });

/** A document beside another one that is similar, with the cursor on its second line. */
async function opened() {
  const world = new ContextWorld();
  world.open(
    'src/wishes.ts',
    'export function wishesOf(user, items) {\n  return items.filter((item) => item.wished);\n}\n',
  );
  const document = world.open('src/cart.ts', 'export function totalOf(items) {\n  for (const item of items) \n}\n');
  await world.contexts.refresh(document.uri, at(1, 28));
  return { document, context: world.contexts.at(document.uri) };
}

async function prompted(document: TextDocument, context: object, settings: ClientSettings): Promise<InfillPrompt> {
  const tasks = new ScriptedTasks(() => ({ pieces: ['total += item;'] }));
  const feature = new CompletionFeature(tasks, models, []);
  const request = { document, position: at(1, 28), settings, client: 'c', ...context };
  await feature.warmUp(request, never);
  await feature.complete({ ...request, invoked: false, receivedMs: 1_000 }, never);
  const [first, second] = tasks.specs.map(({ prompt }) => prompt);
  if (first?.kind !== 'infill' || second?.kind !== 'infill') throw new Error('A warm-up and a completion were asked.');
  expect(second.context).toEqual(first.context);
  return second;
}

describe('a completion with a context', () => {
  it('when a model is asked, then its prompt has the context, and so has the warm-up', async () => {
    const { document, context } = await opened();
    const { context: said, prefix } = await prompted(document, { context }, real);
    expect(said).toMatchObject({ repository: 'shop', path: 'src/cart.ts' });
    expect(said?.pieces.map(({ path }) => path)).toEqual(['src/wishes.ts']);
    expect(said?.pieces[0]?.comments).toContain('// export function wishesOf');
    // What is not the document's stands apart from it.
    expect(prefix).not.toContain('wishesOf');
  });

  it('when the demonstration model is asked, then its prompt has none', async () => {
    const { document, context } = await opened();
    expect(await prompted(document, { context }, chosenSettings)).not.toHaveProperty('context');
  });

  it('when there is none, then the prompt is as it is without', async () => {
    const { document } = await opened();
    expect(await prompted(document, {}, real)).not.toHaveProperty('context');
    expect(await prompted(document, { context: undefined }, real)).not.toHaveProperty('context');
  });
});
