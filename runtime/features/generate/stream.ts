/** What of a running answer has come, as it is to stand in the document. */
import { type Around, aroundOf, type Place } from '../completion/filters/around.ts';
import { specialTokens } from '../completion/filters/raw.ts';
import { endsInLoop } from '../repetition.ts';
import { type Asked, beforeCode, type Manner } from './prompt.ts';
import { Indenter, Unwrapper } from './unwrap.ts';

/** Over when nothing of what follows can stay. */
export class Stream {
  readonly #unwrapper: Unwrapper | undefined;
  readonly #indenter: Indenter | undefined;
  readonly #around: Around;
  /** As the model was told of it. */
  readonly place: Place;
  body = '';
  looped = false;
  #hasMarker = false;

  constructor(manner: Manner, asked: Asked) {
    const { before, after, tail, languageId, indent } = asked.place;
    this.place = { before: beforeCode(manner, asked, before), after: tail + after, languageId };
    this.#around = aroundOf(this.place);
    if (manner === 'comment') return;
    // What fills a gap in a document is indented by the model.
    this.#unwrapper = new Unwrapper({ isProse: this.#around.lexis.isProse });
    this.#indenter = new Indenter(indent);
  }

  get isOver(): boolean {
    return this.looped || this.#hasMarker || this.#unwrapper?.isOver === true;
  }

  push(piece: string): string {
    return this.#take(this.#unwrapper ? this.#unwrapper.push(piece) : piece);
  }

  end(): string {
    return this.#take(this.#unwrapper?.end() ?? '');
  }

  #take(content: string): string {
    const piece = this.#indenter ? this.#indenter.push(content) : content;
    this.body += piece;
    this.looped ||= endsInLoop(this.body);
    this.#hasMarker = specialTokens(this.body, this.#around, {}) !== this.body;
    return piece;
  }
}
