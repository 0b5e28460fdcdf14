import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DocumentReader } from '../../../../runtime/features/completion/context/reader.ts';
import { at, ContextWorld, folder, uriOf } from './world.ts';

const money = `export interface Money {
  readonly cents: number;
}

export function addMoney(a: Money, b: Money): Money {
  return { cents: a.cents + b.cents };
}

export function formatMoney(money: Money, currency: string): string {
  return currency + (money.cents / 100).toFixed(2);
}
`;

const cart = `import { addMoney } from './money.ts';

export function totalOf(items) {
  let total = { cents: 0 };
  for (const item of items) total = addMoney(total, item.price);
  return total;
}
`;

const wishes = `export function wishesOf(user) {
  const items = user.items.filter((item) => item.wished);
  return items.map((item) => item.price);
}
`;

describe('the context of a document', () => {
  it('when it imports a file that is open, then what it uses of that is told', async () => {
    const world = new ContextWorld();
    world.open('src/money.ts', money);
    const document = world.open('src/cart.ts', cart);
    expect(world.contexts.at(document.uri)).toBeUndefined();
    await world.contexts.refresh(document.uri, at(4, 10));
    const context = world.contexts.at(document.uri);
    expect(context).toMatchObject({ repository: 'shop', path: 'src/cart.ts' });
    expect(context?.pieces[0]).toMatchObject({ source: 'import', path: 'src/money.ts' });
    expect(context?.pieces[0]?.text).toContain('function addMoney(a: Money, b: Money): Money');
    expect(context?.pieces[0]?.text).not.toContain('formatMoney');
  });

  it('when another open file is similar to its surroundings, then a piece of that is told', async () => {
    const world = new ContextWorld();
    world.open('src/wishes.ts', wishes);
    world.open('src/unlike.ts', 'export const colour = paint(brush);\n');
    const document = world.open('src/cart.ts', cart);
    await world.contexts.refresh(document.uri, at(4, 0));
    expect(world.said(document)).toContain('wishesOf');
    expect(world.said(document)).not.toContain('colour');
  });

  it('when something was edited elsewhere, then it is told, the newest last', async () => {
    const world = new ContextWorld();
    const [first, second] = [world.open('a.md', 'x\n', 'markdown'), world.open('b.md', 'x\n', 'markdown')];
    world.replace(first, 0, 1, 'the first thing to be edited\n');
    world.replace(second, 0, 1, 'and then another thing\n');
    const document = world.open('src/cart.ts', cart);
    await world.contexts.refresh(document.uri, at(0, 0));
    const edits = world.contexts.at(document.uri)?.pieces.filter(({ source }) => source === 'edit') ?? [];
    expect(edits.map(({ path }) => path)).toEqual(['a.md', 'b.md']);
    expect(edits[1]?.comments).toBe('// b.md\n// and then another thing\n');
  });

  it('when an editor says what names mean, then that is told, as far as it may be read', async () => {
    const world = new ContextWorld();
    const document = world.open('src/cart.ts', cart);
    await world.contexts.refresh(document.uri, at(4, 40));
    expect(world.contexts.wanted(document.uri, at(4, 40), 2)[0]).toEqual({ name: 'addMoney', position: at(4, 36) });
    const text = 'export function addMoney(a: Money): Money {\n  return secret;\n}\n';
    const declared = [
      { name: 'addMoney', uri: uriOf('src/far.ts'), text },
      { name: 'item', uri: uriOf('.env'), text: 'ITEM=do-not-tell\n' },
      { name: 'price', uri: 'file:///usr/lib/price.ts', text: 'const outside = true;\n' },
      { name: 'total', uri: document.uri, text: 'let total = { cents: 0 };\n' },
    ];
    expect(world.contexts.declared(document.uri, declared)).toBe(true);
    expect(world.said(document)).toBe('// src/far.ts\n// export function addMoney(a: Money): Money {\n');
    // The same again is nothing new.
    expect(world.contexts.declared(document.uri, declared)).toBe(false);
  });

  it('when nothing but typing happens, then it is the same object; and after a pause too when nothing else is near', async () => {
    const world = new ContextWorld();
    world.open('src/wishes.ts', wishes);
    world.open('src/money.ts', money);
    const document = world.open('src/cart.ts', cart);
    await world.contexts.refresh(document.uri, at(5, 0));
    const before = world.contexts.at(document.uri);
    expect(before).toBeDefined();
    world.type(document, 5, 0, '  log(total);');
    expect(world.contexts.at(document.uri)).toBe(before);
    await world.contexts.refresh(document.uri, at(5, 13));
    expect(world.contexts.at(document.uri)).toBe(before);
  });

  it('when a place in the document itself has changed since, then what stood there is not told', async () => {
    const world = new ContextWorld();
    const filler = Array.from({ length: 300 }, (_, n) => `const filler${n} = ${n};\n`).join('');
    const document = world.open('src/long.ts', filler);
    world.replace(document, 5, 1, 'const edited = "far above";\n');
    world.replace(document, 250, 1, 'const below = 1;\n');
    await world.contexts.refresh(document.uri, at(250, 0));
    expect(world.said(document)).toContain('far above');
    world.contexts.edited(
      document,
      Array.from({ length: 9 }, (_, line) => ({ line, removedLines: 0, addedLines: 0 })),
    );
    world.replace(document, 290, 1, 'const end = 1;\n');
    world.replace(document, 5, 1, 'const edited = "anew";\n');
    await world.contexts.refresh(document.uri, at(290, 0));
    expect(world.said(document)).not.toContain('far above');
  });

  it('when it is switched off, then nothing is told and what was edited is forgotten', async () => {
    const world = new ContextWorld();
    const other = world.open('a.md', 'x\n', 'markdown');
    world.replace(other, 0, 1, 'something that was edited\n');
    const document = world.open('src/cart.ts', cart);
    await world.contexts.refresh(document.uri, at(0, 0));
    expect(world.said(document)).toContain('something');
    world.contexts.settings({ context: false, contextExclude: [] });
    expect(world.contexts.at(document.uri)).toBeUndefined();
    await world.contexts.refresh(document.uri, at(0, 0));
    expect(world.contexts.at(document.uri)).toBeUndefined();
    world.replace(other, 0, 1, 'something else, unseen\n');
    world.contexts.settings({ context: true, contextExclude: [] });
    await world.contexts.refresh(document.uri, at(0, 0));
    expect(world.contexts.at(document.uri)?.pieces.filter(({ source }) => source === 'edit') ?? []).toEqual([]);
  });

  it.each([
    ['files are excluded', { context: true, contextExclude: ['private'] }, true],
    ['the document itself is excluded', { context: true, contextExclude: ['src'] }, false],
    ['it is switched off', { context: false, contextExclude: [] }, false],
  ])('when %s while a context is being made, then it is not kept', async (_, settings, isAsked) => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slow: DocumentReader = {
      read: async ({ text }) => {
        await gate;
        return { pieces: [{ text, names: new Set(['total']) }], outline: [] };
      },
      near: () => Promise.resolve({ names: ['total'], imports: [], language: undefined }),
    };
    const world = new ContextWorld(slow);
    world.open('private/a.ts', 'this text is private\n');
    const document = world.open('src/cart.ts', cart);
    const refreshed = world.contexts.refresh(document.uri, at(0, 0));
    world.contexts.settings(settings);
    go();
    await refreshed;
    expect(world.contexts.at(document.uri)).toBeUndefined();
    // Nor is an editor asked about a document that nobody wants a context for.
    expect(world.contexts.wanted(document.uri, at(3, 0), 9).length > 0).toBe(isAsked);
  });

  it('when the document itself must not be read, or is closed, then it has no context', async () => {
    const world = new ContextWorld();
    world.open('src/wishes.ts', wishes);
    const secret = world.open('.env', 'items=price\n', 'plaintext');
    await world.contexts.refresh(secret.uri, at(0, 0));
    expect(world.contexts.at(secret.uri)).toBeUndefined();
    const document = world.open('src/cart.ts', cart);
    await world.contexts.refresh(document.uri, at(4, 0));
    expect(world.contexts.at(document.uri)).toBeDefined();
    world.close(document);
    expect(world.contexts.at(document.uri)).toBeUndefined();
    await world.contexts.refresh(document.uri, at(4, 0));
    expect(world.contexts.wanted(document.uri, at(4, 0), 9)).toEqual([]);
    expect(world.contexts.declared(document.uri, [])).toBe(false);
  });

  it('when reading fails once, then the next moment reads again', async () => {
    let reads = 0;
    const shaky: DocumentReader = {
      read: ({ text }) => Promise.resolve({ pieces: [{ text, names: new Set(['a']) }], outline: [] }),
      near: () => {
        reads += 1;
        return reads === 1
          ? Promise.reject(new Error('once'))
          : Promise.resolve({ names: ['a'], imports: [], language: undefined });
      },
    };
    const world = new ContextWorld(shaky);
    world.open('b.ts', 'some text that is similar\n');
    const document = world.open('a.ts', cart);
    await expect(world.contexts.refresh(document.uri, at(0, 0))).rejects.toThrow('once');
    await world.contexts.refresh(document.uri, at(0, 0));
    expect(world.said(document)).toContain('similar');
  });
});

describe('what must not be read', () => {
  const forbidden = 'FORBIDDEN';
  /** Files that may never be seen in a context, by whichever rule. */
  const places = [
    '.env',
    'config/.env.local',
    'keys/server.pem',
    'deploy/id_rsa',
    '.npmrc',
    'dist/bundle.ts',
    'notes/private/plan.md',
    'a.sql',
    'file:///folder/other/outside.ts',
    'file:///home/someone/.ssh/config',
    'untitled:Untitled-1',
  ];
  const quick: DocumentReader = {
    read: ({ text }) =>
      Promise.resolve({ pieces: [{ text, names: new Set(['name']) }], outline: [{ name: 'name', text }] }),
    near: () =>
      Promise.resolve({
        names: ['name'],
        imports: [...places, 'src/free'].map((module) => ({ module: `./${module}`, names: ['*'] })),
        language: 'typescript',
      }),
  };

  it('when anything is opened, edited, declared and asked for in any order, then none of it is ever told', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('edit' as const), place: fc.nat(places.length), line: fc.nat(30) }),
      fc.record({ kind: fc.constant('refresh' as const), line: fc.nat(30) }),
      fc.record({ kind: fc.constant('declare' as const), place: fc.nat(places.length) }),
      fc.record({ kind: fc.constant('close' as const), place: fc.nat(places.length - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new ContextWorld(quick, { contextExclude: ['**/private/**', '*.sql'] });
        world.contexts.workspace([{ ...folder, ignore: 'dist/\n!.env' }]);
        const texts = (name: string) => Array.from({ length: 40 }, (_, n) => `${name} says a thing ${n}\n`).join('');
        const documents = [
          ...places.map((place) => world.open(place, texts(forbidden))),
          world.open('src/free.ts', texts('free')),
        ];
        const here = world.open('src/here.ts', texts('here'));
        for (const each of steps) {
          const document = 'place' in each ? documents[each.place] : undefined;
          if (each.kind === 'edit' && document) {
            const name = document === documents.at(-1) ? 'free' : forbidden;
            world.replace(document, each.line, 1, `${name} was edited at ${each.line}\n`);
          }
          if (each.kind === 'declare' && document)
            world.contexts.declared(here.uri, [{ name: 'name', uri: document.uri, text: document.getText() }]);
          if (each.kind === 'close' && document) world.close(document);
          if (each.kind === 'refresh') await world.contexts.refresh(here.uri, at(each.line, 0));
          expect(world.said(here)).not.toContain(forbidden);
        }
        await world.contexts.refresh(here.uri, at(0, 0));
        expect(world.said(here)).toContain('free');
        expect(world.said(here)).not.toContain(forbidden);
      }),
      { numRuns: 60 },
    );
  });

  it('when files are excluded afterwards, then what was known of them is not told any more', async () => {
    const world = new ContextWorld(quick);
    const other = world.open('src/b.ts', `${forbidden} says a thing\n`);
    world.replace(other, 0, 1, `${forbidden} was edited here\n`);
    const here = world.open('src/here.ts', 'here\n');
    await world.contexts.refresh(here.uri, at(0, 0));
    world.contexts.declared(here.uri, [{ name: 'name', uri: other.uri, text: `${forbidden} declared\n` }]);
    expect(world.said(here)).toContain(forbidden);
    world.contexts.settings({ context: true, contextExclude: ['b.ts'] });
    expect(world.said(here)).toBe('');
    await world.contexts.refresh(here.uri, at(0, 0));
    expect(world.said(here)).not.toContain(forbidden);
  });

  it('when the folder ignores files afterwards, then what was edited and read in them is not told any more', async () => {
    const world = new ContextWorld(quick);
    const other = world.open('src/b.ts', `${forbidden} says a thing\n`);
    world.replace(other, 0, 1, `${forbidden} was edited here\n`);
    const here = world.open('src/here.ts', 'here\n');
    await world.contexts.refresh(here.uri, at(0, 0));
    expect(world.said(here)).toContain('was edited here');
    world.contexts.workspace([{ ...folder, ignore: 'b.ts' }]);
    expect(world.said(here)).toBe('');
    await world.contexts.refresh(here.uri, at(0, 0));
    expect(world.said(here)).not.toContain(forbidden);
  });

  it('when the workspace is not known, then nothing is told', async () => {
    const world = new ContextWorld(quick);
    world.contexts.workspace([]);
    world.open('src/b.ts', 'something\n');
    const here = world.open('src/here.ts', 'here\n');
    await world.contexts.refresh(here.uri, at(0, 0));
    expect(world.contexts.at(here.uri)).toBeUndefined();
  });
});
