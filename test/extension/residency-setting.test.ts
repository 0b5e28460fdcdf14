/** `punctual.residency`, one setting with members: package.json and the wire say the same, and one slip does not take the rest with it. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settingsSnapshot } from '../../extension/settings-model.ts';
import { machineDefaults, residencySettingsSchema } from '../../runtime/protocol.ts';
import { manifestIn } from '../l10n/manifest.ts';

const manifest = manifestIn('en');

interface Member {
  readonly properties?: Readonly<Record<string, Member>>;
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

function memberAt(schema: object, path: readonly string[]): Member {
  return path.reduce<Member>((member, name) => member.properties?.[name] ?? {}, schema);
}

function defined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

const contributed = (): Member => manifest.contributes.configuration.properties['punctual.residency'];

const snapshotWith = (value: unknown) => settingsSnapshot((asked) => (asked === 'residency' ? value : undefined));

describe('the setting of residency', () => {
  test('when residency is written by hand, then the editor knows each member, its limits and its default, as the wire does', () => {
    const wire = z.toJSONSchema(residencySettingsSchema, { io: 'input' });
    const shown = contributed();
    expect(shown).toMatchObject({ type: 'object', additionalProperties: false });
    expect(residencySettingsSchema.parse(shown.default)).toEqual(machineDefaults.residency);
    for (const path of [[], ['weights']]) {
      const [inWire, inEditor] = [memberAt(wire, path), memberAt(shown, path)];
      expect(Object.keys(inEditor.properties ?? {}).sort(), path.join('.')).toEqual(
        Object.keys(inWire.properties ?? {}).sort(),
      );
      for (const [name, member] of Object.entries(inEditor.properties ?? {})) {
        expect(member.markdownDescription?.length, name).toBeGreaterThan(20);
        const { default: standing, minimum, maximum, maxItems } = inWire.properties?.[name] ?? {};
        if (name !== 'weights' && name !== 'unloadAfterMinutes')
          expect(member, name).toMatchObject(defined({ default: standing, minimum, maximum, maxItems }));
      }
    }
    const { minimum, maximum } = memberAt(shown, ['unloadAfterMinutes']);
    for (const value of [minimum, maximum, { '*': minimum, a: maximum }])
      expect(snapshotWith({ unloadAfterMinutes: value }).rejected).toEqual([]);
  });

  test('when residency is written, then each member that can be used counts, and the others are named', () => {
    const value = {
      pinned: ['coder'],
      unloadAfterMinutes: { '*': 10, coder: 0 },
      weights: { work: 1, demand: -1 },
      pined: [],
    };
    const { wire, rejected } = snapshotWith(value);
    expect(wire.residency).toEqual({
      pinned: ['coder'],
      unloadAfterMinutes: { '*': 10, coder: 0 },
      weights: { ...machineDefaults.residency.weights, work: 1 },
    });
    expect(rejected).toEqual(['residency.weights.demand', 'residency.pined']);
    expect(snapshotWith({ unloadAfterMinutes: { coder: 'long' } }).rejected).toEqual(['residency.unloadAfterMinutes']);
    expect(snapshotWith('all').rejected).toEqual(['residency']);
  });
});
