// Stands for the runtime of an older release: publishes itself in the folder argv[2] with the version argv[3], answers who it is, and ends
// when it is asked to stop. Says "ready" once it can be found.
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { WebSocketServer } from 'ws';

const [, , folder, version] = process.argv;
const token = 'the-token-of-an-older-runtime-from-before';
const identity = { name: 'punctual', pid: process.pid, version, protocol: 1 };
const file = path.join(folder, 'runtime.json');

const server = createServer((request, response) => {
  const isRight = request.headers.authorization === `Bearer ${token}`;
  response.writeHead(isRight ? 200 : 401, { connection: 'close' });
  response.end(isRight ? JSON.stringify(identity) : undefined);
});
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (data) => {
    const { method, params } = JSON.parse(String(data));
    if (method !== 'punctual/stop') return;
    process.stdout.write(`stops: ${params.reason}\n`);
    rmSync(file);
    process.exit(0);
  });
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, port: server.address().port, token, version, protocol: 1 }), {
    mode: 0o600,
  });
  process.stdout.write('ready\n');
});
