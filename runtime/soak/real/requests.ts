/** What windows ask for: made-up source, a request about it, and what is known of its course. */
import { integer, pick, type Random } from '../../bench/random.ts';
import { generateMethod, summarizeMethod, translateMethod } from '../../protocol.ts';
import { draw } from '../draw.ts';

const kinds = { completion: 5, summary: 2, translation: 2, workflow: 1, generate: 1 };
export type Kind = keyof typeof kinds;

export interface Work {
  readonly kind: Kind;
  readonly uri: string;
  readonly text: string;
  readonly method: string;
  readonly params: object;
}

const targetMs = 120_000;
let documents = 0;

/** @param words stand in the document, to tell it from all others or to poison it. */
export function newWork(random: Random, kind: Kind = draw(random, kinds), words = ''): Work {
  documents += 1;
  const uri = `untitled:soak-${documents}.js`;
  const functions = kind === 'workflow' ? integer(random, 25, 40) : integer(random, 1, 4);
  const text = `// ${words} ${documents}\n${Array.from({ length: functions }, () => functionOf(random)).join('\n')}`;
  const textDocument = { uri };
  const partialResultToken = `token-${documents}`;
  const streamed = { textDocument, partialResultToken, targetMs };
  const last = { line: text.split('\n').length - 1, character: 0 };
  switch (kind) {
    case 'completion': {
      const context = { triggerKind: 1 };
      return {
        kind,
        uri,
        text: `${text}function ad`,
        method: 'textDocument/inlineCompletion',
        params: { textDocument, position: { ...last, character: 11 }, context },
      };
    }
    case 'summary':
    case 'workflow':
      return { kind, uri, text, method: summarizeMethod, params: streamed };
    case 'translation':
      return { kind, uri, text, method: translateMethod, params: { ...streamed, to: 'python' } };
    case 'generate':
      return {
        kind,
        uri,
        text,
        method: generateMethod,
        params: { ...streamed, range: { start: last, end: last }, instruction: 'add two numbers' },
      };
    default:
      throw new Error(`Nobody asks for ${JSON.stringify(kind satisfies never)}.`);
  }
}

function functionOf(random: Random): string {
  const name = `${pick(random, ['add', 'sum', 'find', 'count', 'join'])}${integer(random, 0, 1_000_000)}`;
  const [a, b] = [pick(random, ['a', 'left', 'items']), pick(random, ['b', 'right', 'limit'])];
  const body = Array.from(
    { length: integer(random, 1, 5) },
    (_, line) => `  const v${line} = ${a} + ${b} * ${integer(random, 1, 99)};`,
  );
  return `function ${name}(${a}, ${b}) {\n${body.join('\n')}\n  return v0;\n}\n`;
}
