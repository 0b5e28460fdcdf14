/** Which installed models could take up work of another, because they are smaller. Pure; says nothing of memory. */
import type { Role } from './catalog/catalog.ts';
import { type InstalledModel, isInstalled, type RoleModel } from './role-models.ts';

/** So many are looked at: who is in a hurry does not try all that is installed. */
const candidatesMax = 3;

/**
 * Of the role, and with fewer weights for each token than `own`; the one with the most weights first, as it answers best. No demonstration
 * model, whose answers are none, and none that is used only when the user names it.
 */
export function lighterThan(own: RoleModel, models: readonly RoleModel[], role: Role): InstalledModel[] {
  return models
    .filter(isInstalled)
    .filter(({ origin, reserved, suitability }) => {
      return origin !== 'embedded' && reserved === undefined && suitability[role] !== undefined;
    })
    .filter(({ activeParameters }) => activeParameters < own.activeParameters)
    .sort((a, b) => b.parameters - a.parameters || (a.file < b.file ? -1 : 1))
    .slice(0, candidatesMax);
}
