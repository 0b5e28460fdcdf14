/** The page's texts as the extension has them, in English: read from its source, as the module itself needs an editor. */
import { readFileSync } from 'node:fs';
import type { DashboardStrings } from '../../extension/dashboard-strings.ts';

const source = readFileSync(new URL('../../extension/dashboard-strings.ts', import.meta.url), 'utf8');

export const strings = Object.fromEntries(
  [...source.matchAll(/^ {4}(\w+): l10n\.t\(\s*'([^']*)',?\s*\),$/gm)].map(([, key = '', text]) => [key, text]),
) as unknown as DashboardStrings;
