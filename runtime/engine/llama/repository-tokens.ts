/** Which tokens a model has for the files of a repository, if it was trained on repositories (as Qwen2.5-Coder and StarCoder2 were). */
import type { LlamaModel, Token } from 'node-llama-cpp';
import type { InfillContext } from '../../core/task.ts';

export interface RepositoryTokens {
  /** Before the name of a repository. */
  readonly repository: Token;
  /** Before the path of a file, which a line end follows. */
  readonly file: Token;
}

/** How vocabularies write them where the file does not name them. */
const texts = [
  { repository: '<|repo_name|>', file: '<|file_sep|>' },
  { repository: '<repo_name>', file: '<file_sep>' },
] as const;

type Vocabulary = Pick<LlamaModel, 'fileInfo' | 'tokenize' | 'isSpecialToken'>;

/** Undefined for a model that knows no files. */
export function repositoryTokensOf(model: Vocabulary): RepositoryTokens | undefined {
  const { fim_rep_token_id: repository, fim_sep_token_id: file } = model.fileInfo.metadata.tokenizer.ggml;
  if (repository !== undefined && file !== undefined) return { repository: repository as Token, file: file as Token };
  for (const written of texts) {
    const [name, separator] = [special(model, written.repository), special(model, written.file)];
    if (name !== undefined && separator !== undefined) return { repository: name, file: separator };
  }
  return undefined;
}

function special(model: Vocabulary, text: string): Token | undefined {
  const [token, ...more] = model.tokenize(text, true);
  return token !== undefined && more.length === 0 && model.isSpecialToken(token) ? token : undefined;
}

/** All pieces as files of a repository, and then the path of the file that is completed. */
export function asRepository(
  { repository, path, pieces }: InfillContext,
  tokens: RepositoryTokens,
  tokenize: (text: string) => readonly Token[],
): Token[] {
  const files = pieces.flatMap((piece) => [tokens.file, ...tokenize(`${piece.path}\n${piece.text.trimEnd()}\n`)]);
  return [tokens.repository, ...tokenize(`${repository}\n`), ...files, tokens.file, ...tokenize(`${path}\n`)];
}
