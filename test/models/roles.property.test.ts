/** What holds for every set of models, memory and speed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinCatalog, type Role, roles } from '../../runtime/models/catalog/catalog.ts';
import {
  fromCatalog,
  fromImported,
  isInstalled,
  type RoleModel,
  suitabilityFor,
} from '../../runtime/models/role-models.ts';
import { compareForRole, speedOf } from '../../runtime/models/role-ranking.ts';
import { chooseRole, type RoleQuestion } from '../../runtime/models/roles.ts';
import { demo, question } from './role-fixtures.ts';

const downloads = builtinCatalog().models.filter((model) => model.kind === 'download');
const reserved = downloads.filter(({ licence }) => !licence.commercialUse);

/** Each file of the catalog, at hand or not. */
const knownArbitrary: fc.Arbitrary<RoleModel> = fc
  .record({
    // One that is not open to everyone is rare in the catalog and must not be rare here.
    model: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...downloads) }, fc.constantFrom(...reserved)),
    which: fc.nat(1),
    installed: fc.boolean(),
  })
  .map(({ model, which, installed }) => {
    const file = model.files[which % model.files.length];
    if (file === undefined) throw new Error('a model without files');
    return fromCatalog(model, file, installed ? `/models/${file.file}` : undefined);
  });

const importedArbitrary: fc.Arbitrary<RoleModel> = fc
  .record({
    name: fc.constantFrom('mine', 'yours', 'qwen2.5-coder-7b'),
    folder: fc.constantFrom('/a', '/b'),
    bytes: fc.integer({ min: 1e8, max: 2e10 }),
    serves: fc.subarray([...roles]),
  })
  .map(({ folder, ...model }) => fromImported({ ...model, file: `${folder}/${model.name}.gguf` }));

const models: fc.Arbitrary<RoleModel[]> = fc
  .uniqueArray(fc.oneof(knownArbitrary, importedArbitrary, fc.constant(demo())), {
    maxLength: 8,
    selector: ({ name, file, bytes }) => `${name} ${file} ${bytes}`,
  })
  // One path is one file.
  .map((list) =>
    list.filter((a, index) => !list.slice(0, index).some((b) => a.file !== undefined && a.file === b.file)),
  );

const world = fc.record({
  role: fc.constantFrom(...roles),
  models,
  memoryBytes: fc.constantFrom(0, 1e9, 3e9, 6e9, 9e9, 1e12),
  ms: fc.dictionary(fc.constantFrom(...downloads.map(({ name }) => name), 'mine'), fc.integer({ min: 1, max: 20_000 })),
});

const ask = (
  { models, ...options }: { models: RoleModel[]; memoryBytes: number; ms: Record<string, number> },
  settings = {},
): RoleQuestion => question(models, { ...options, settings });

const serves = (model: RoleModel, role: Role): boolean =>
  suitabilityFor(model, role) !== undefined && !(role === 'completion' && model.infillProblem !== undefined);

describe('every automatic choice', () => {
  it('when it is made, then the model is at hand, serves the role, fits, and is open to everyone', () => {
    fc.assert(
      fc.property(world, ({ role, ...rest }) => {
        const asked = ask(rest);
        const choice = chooseRole(role, asked);
        if (choice.kind === 'unserved') return;
        expect(serves(choice.model, role) && isInstalled(choice.model)).toBe(true);
        expect(choice.model.reserved).toBeUndefined();
        if (choice.model.origin !== 'embedded') expect(asked.fits(choice.model)).toBe(true);
        else
          expect(
            asked.models.filter(
              (each) =>
                isInstalled(each) && each.origin !== 'embedded' && each.reserved === undefined && serves(each, role),
            ),
          ).toEqual([]);
      }),
    );
  });

  it('when it is made, then no other model that could is better, and a promise that can be kept is kept', () => {
    fc.assert(
      fc.property(world, ({ role, ...rest }) => {
        const asked = ask(rest);
        const choice = chooseRole(role, asked);
        const able = asked.models.filter(
          (each) =>
            isInstalled(each) &&
            each.origin !== 'embedded' &&
            each.reserved === undefined &&
            serves(each, role) &&
            asked.fits(each),
        );
        expect(choice.kind === 'chosen' && choice.model.origin !== 'embedded').toBe(able.length > 0);
        if (choice.kind === 'unserved' || able.length === 0) return;
        for (const other of able) expect(compareForRole(choice.model, other, role, asked).order).toBeLessThanOrEqual(0);
        if (able.some((each) => speedOf(each, role, asked) === 'onTime'))
          expect(speedOf(choice.model, role, asked)).toBe('onTime');
      }),
    );
  });

  it('when the models come in another order, then nothing changes', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), ({ role, ...rest }, keys) => {
        const shuffled = rest.models
          .map((model) => ({ model, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ model }) => model);
        expect(chooseRole(role, ask({ ...rest, models: shuffled }))).toEqual(chooseRole(role, ask(rest)));
      }),
    );
  });

  it('when a model that was not chosen is taken away, then the choice stays', () => {
    fc.assert(
      fc.property(world, fc.nat(), ({ role, ...rest }, nth) => {
        const choice = chooseRole(role, ask(rest));
        if (choice.kind === 'unserved' || choice.model.origin === 'embedded') return;
        const others = rest.models.filter((model) => model !== choice.model);
        const models = others.filter((_, index) => index !== nth % Math.max(1, others.length));
        expect(chooseRole(role, ask({ ...rest, models: [...models, choice.model] }))).toMatchObject({
          model: choice.model,
        });
      }),
    );
  });

  it('when models are compared, then two that differ are never equal, and the order has no circle', () => {
    fc.assert(
      fc.property(world, ({ role, ...rest }) => {
        const asked = ask(rest);
        const order = (a: RoleModel, b: RoleModel): number => Math.sign(compareForRole(a, b, role, asked).order);
        for (const a of rest.models)
          for (const b of rest.models) {
            expect(order(a, b) + order(b, a)).toBe(0);
            for (const c of rest.models) if (order(a, b) < 0 && order(b, c) < 0) expect(order(a, c)).toBe(-1);
          }
      }),
    );
  });
});

describe('every choice', () => {
  const setting = fc.oneof(
    fc.constantFrom('auto', 'embedded', 'mine', 'nobody', '/a/mine.gguf', '/c/lost.gguf'),
    fc.constantFrom(...downloads.map(({ name }) => name)),
  );

  it('when a user made it, then it is that model or none', () => {
    fc.assert(
      fc.property(world, setting, ({ role, ...rest }, chosen) => {
        if (chosen === 'auto') return;
        const choice = chooseRole(role, ask(rest, { [role]: chosen }));
        if (choice.kind === 'unserved') return;
        const { name, file, origin } = choice.model;
        expect([name, file, origin === 'embedded' ? 'embedded' : name]).toContain(chosen);
        expect(choice).toMatchObject({ named: true, role });
      }),
    );
  });

  it('when it is explained, then in one sentence about this role, with nothing missing', () => {
    fc.assert(
      fc.property(world, setting, ({ role, ...rest }, chosen) => {
        const choice = chooseRole(role, ask(rest, { [role]: chosen }));
        const text = choice.kind === 'chosen' ? choice.because : choice.message;
        expect(text).toMatch(/^[^\n]+\.$/);
        expect(text).not.toMatch(/undefined|NaN|Infinity|null|\.\. |\. [A-Z]/);
        if (choice.kind === 'chosen') expect(text).toContain(` serves ${role}: `);
      }),
    );
  });
});
