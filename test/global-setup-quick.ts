/** The quick tests parse with the grammars and start no program. */
import { build } from './global-setup.ts';

export default (): Promise<void> => build(['grammars']);
