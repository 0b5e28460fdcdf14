/** The product's restraint, for somebody of whom nothing is known but how he types. */
import { Restraint } from '../../features/completion/restraint.ts';

/** Nobody in the recording saw a suggestion, so that none was taken says nothing of what this person would have taken. */
export class Unjudged extends Restraint {
  override answered(...[place, answer, selected]: Parameters<Restraint['answered']>): void {
    super.answered(place, { ...answer, items: [] }, selected);
  }
}
