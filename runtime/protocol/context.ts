/** What a client knows of the files around a document, for its completions. Both are for clients that can; the others do without. */
import * as z from 'zod/mini';
import { positionSchema, textDocumentSchema } from './shared.ts';

const uri = z.string().check(z.maxLength(8192));

/** Globs of files that are never read for the completion of another one. */
export const excludedGlobsSchema = z.array(z.string().check(z.minLength(1), z.maxLength(512))).check(z.maxLength(64));

// --- punctual/workspace: which files belong together. Takes the place of LSP's workspace folders; the last one counts.

export const workspaceMethod = 'punctual/workspace';
export const foldersMax = 64;
export const ignoreCharsMax = 64 * 1024;
/** `.gitignore` files of the folders in a folder. */
export const ignoresMax = 1_024;
export const workspaceParamsSchema = z.object({
  folders: z
    .array(
      z.object({
        uri,
        name: z.string().check(z.maxLength(256)),
        /** The text of the folder's `.gitignore`. */
        ignore: z.optional(z.string().check(z.maxLength(ignoreCharsMax))),
        /** Those of the folders in it, each with its place there: `packages/app`. Clients without them tell of the first one only. */
        ignores: z.optional(
          z
            .array(
              z.object({
                folder: z.string().check(z.minLength(1), z.maxLength(4096)),
                text: z.string().check(z.maxLength(ignoreCharsMax)),
              }),
            )
            .check(z.maxLength(ignoresMax)),
        ),
        /** What the editor does not show in it, or does not search. */
        excluded: z.optional(z.array(z.string().check(z.maxLength(512))).check(z.maxLength(256))),
      }),
    )
    .check(z.maxLength(foldersMax)),
});
export type WorkspaceParams = z.infer<typeof workspaceParamsSchema>;

// --- punctual/declarations: what names near the cursor mean. A request from the runtime to the client, asked while nobody waits

/**
 * The client asks its own language servers, and answers with what came within the time. A client that knows no such request is asked
 * once. `$/cancelRequest` says that the answer is no longer wanted.
 */
export const declarationsMethod = 'punctual/declarations';
export const declarationsMax = 16;
export const declarationCharsMax = 2_000;
export const declarationsParamsSchema = z.object({
  textDocument: z.extend(textDocumentSchema, { version: z.int() }),
  names: z
    .array(
      z.object({
        name: z.string().check(z.maxLength(256)),
        /** Where it stands in that version of the document. */
        position: positionSchema,
      }),
    )
    .check(z.maxLength(declarationsMax)),
  withinMs: z.number().check(z.minimum(0)),
});
export type DeclarationsParams = z.infer<typeof declarationsParamsSchema>;

export const declarationsResultSchema = z.object({
  /** Of those that are declared in other files of the workspace. */
  declarations: z
    .array(
      z.object({
        name: z.string().check(z.maxLength(256)),
        uri,
        /** Whole lines from the declaration on. */
        text: z.string().check(z.maxLength(declarationCharsMax)),
      }),
    )
    .check(z.maxLength(declarationsMax)),
});
export type DeclarationsResult = z.infer<typeof declarationsResultSchema>;
