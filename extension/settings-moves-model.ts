/** Which settings have moved where, as data. Pure, without vscode. */

export interface Move {
  /** After `punctual.`, as the new name. */
  readonly from: string;
  readonly to: string;
  /** The member of the new setting, which is an object, that the old one has become. */
  readonly member: string;
  readonly isUsable: (value: unknown) => boolean;
}

const minutesMax = 10_080;

export const moves: readonly Move[] = [
  {
    from: 'unloadAfterMinutes',
    to: 'residency',
    member: 'unloadAfterMinutes',
    isUsable: (value) => typeof value === 'number' && value >= 0 && value <= minutesMax,
  },
];

/** What the new setting is to be; undefined when the old value cannot be used, or the new one says something already. */
export function moved({ member, isUsable }: Move, old: unknown, present: unknown): Record<string, unknown> | undefined {
  if (!isUsable(old)) return undefined;
  const said = typeof present === 'object' && present !== null ? { ...present } : {};
  return member in said ? undefined : { ...said, [member]: old };
}
