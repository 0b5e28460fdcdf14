/** The document of the dashboard, and what page and extension take from each other. */
import { describe, expect, it } from 'vitest';
import { fromPageSchema, toPageSchema } from '../../extension/dashboard-messages.ts';
import { dashboardPage } from '../../extension/dashboard-page.ts';

const parts = {
  cspSource: 'https://*.vscode-cdn.net',
  script: 'https://file+.vscode-resource/dist/dashboard.js',
  style: 'https://file+.vscode-resource/dist/dashboard.css',
  nonce: 'abc123',
  language: 'de',
  title: 'A <b> & "c"',
};

describe('the page', () => {
  const page = dashboardPage(parts);

  it('when it is made, then nothing may run or be loaded but its own script and style', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1];
    expect(policy).toBe(
      "default-src 'none'; script-src 'nonce-abc123'; style-src https://*.vscode-cdn.net; base-uri 'none'; form-action 'none'",
    );
    expect([...page.matchAll(/<script/g)].length).toBe(1);
    expect(page).not.toMatch(/unsafe|style="|onload=/);
  });

  it('when its texts have letters of HTML, then they are texts', () => {
    expect(page).toContain('<title>A &lt;b&gt; &amp; &quot;c&quot;</title>');
    expect(page).toContain('<html lang="de">');
  });
});

describe('messages', () => {
  it.each([[{ kind: 'run', command: 'rm' }], [null], ['export'], [{ kind: 'problem', message: 'x'.repeat(5_000) }]])(
    'when the page says %j, then it is not taken',
    (message) => {
      expect(fromPageSchema.safeParse(message).success).toBe(false);
    },
  );

  it('when the extension tells of a connection, then the page takes it, and nothing else in it', () => {
    const message = { kind: 'connection', isConnected: true, html: '<script>' };
    expect(toPageSchema.parse(message)).toEqual({ kind: 'connection', isConnected: true });
  });
});
