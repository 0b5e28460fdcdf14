/** Server-sent events, as far as completions use them: the data of each event, one line each. */

/** Bytes of one line at most; beyond it the stream is none of ours. */
const lineCharsMax = 1_000_000;

/** @throws when a line is longer than any answer's piece. */
export async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineCharsMax) throw new Error('The server sends a line without an end.');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice('data:'.length).trim();
  }
  if (rest.startsWith('data:')) yield rest.slice('data:'.length).trim();
}
