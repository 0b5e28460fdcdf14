import { describe, expect, it } from 'vitest';
import { trustedFolder } from '../../extension/trusted-folder.ts';

const folder = (scheme: string) => ({ uri: { scheme, fsPath: '/work' } });

describe('the folder whose own prompts count', () => {
  it('when the user trusts the workspace, then it is that of the document', () => {
    expect(trustedFolder(true, folder('file'))).toEqual({ workspace: '/work' });
  });

  it('when he does not, then the runtime is told of none, whatever lies in it', () => {
    expect(trustedFolder(false, folder('file'))).toEqual({});
  });

  it('when it lies elsewhere, or the document in none, then there is none', () => {
    expect(trustedFolder(true, folder('vscode-vfs'))).toEqual({});
    expect(trustedFolder(true, undefined)).toEqual({});
  });
});
