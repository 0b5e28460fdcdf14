import { type ClientSettings, clientSettingsSchema, machineDefaults, standingAfter } from '../runtime/protocol.ts';

/** What counts for a client that says this, when no other one has said anything. */
export function settingsOf(settings: object = {}): ClientSettings {
  const said = clientSettingsSchema.parse(settings);
  return { ...said, ...standingAfter(machineDefaults, said) };
}
