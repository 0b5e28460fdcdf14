/**
 * Bytes of a connection, from HTTP on: handshakes and WebSocket frames (RFC 6455) that are right, lie about their length, come in pieces, are
 * not masked, or are no frames at all. Through the door as it is, over a stream in this process. What comes in well-formed messages has to
 * be answered as in any conversation; whatever else comes, the door stays open.
 */
import { Duplex } from 'node:stream';
import { integer, pick, type Random } from '../../bench/random.ts';
import type { Case, Failure, Target } from '../case.ts';
import { House, token } from '../house.ts';
import { conversation } from '../messages.ts';
import { chance, nastyTexts, spoiledBytes } from '../mutate.ts';

/** The client's end of a connection. */
class Wire extends Duplex {
  heard = Buffer.alloc(0);
  isOver = false;

  override _read(): void {
    // What there is was pushed.
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.heard.length < heardBytesMax) this.heard = Buffer.concat([this.heard, chunk]);
    done();
  }

  override _final(done: () => void): void {
    this.isOver = true;
    done();
  }

  override _destroy(_: Error | null, done: (error: Error | null) => void): void {
    this.isOver = true;
    done(null);
  }

  /** Sockets have it, and HTTP asks for it. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

const heardBytesMax = 64 * 1024;

const handshake = (headers: readonly string[]): Buffer =>
  Buffer.from(
    [
      'GET / HTTP/1.1',
      'Host: 127.0.0.1:0',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
      '\r\n',
    ].join('\r\n'),
  );

const open = handshake([`Authorization: Bearer ${token}`]);

interface Shape {
  readonly final: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly reserved: number;
  /** In place of the true one. */
  readonly length?: bigint;
}

function frame(payload: Buffer, { final, opcode, masked, reserved, length = BigInt(payload.length) }: Shape): Buffer {
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const key = Buffer.from([1, 2, 3, 4]);
  const body = masked ? Buffer.from(payload.map((byte, index) => byte ^ ((index % 4) + 1))) : payload;
  return Buffer.concat([Buffer.from([first]), lengthBytes(length, mask), ...(masked ? [key] : []), body]);
}

function lengthBytes(length: bigint, mask: number): Buffer {
  if (length < 126n) return Buffer.from([mask | Number(length)]);
  if (length < 65_536n) return Buffer.from([mask | 126, Number(length >> 8n), Number(length & 255n)]);
  const bytes = Buffer.alloc(9);
  bytes[0] = mask | 127;
  bytes.writeBigUInt64BE(BigInt.asUintN(64, length), 1);
  return bytes;
}

const lengths: readonly bigint[] = [0n, 125n, 126n, 65_535n, 65_536n, 2n ** 25n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n];

function anyFrame(random: Random, payload: Buffer): Buffer {
  const right: Shape = { final: true, opcode: 1, masked: true, reserved: 0 };
  if (chance(random, 0.5)) return frame(payload, right);
  return frame(payload, {
    final: chance(random, 0.7),
    opcode: integer(random, 0, 16),
    masked: chance(random, 0.8),
    reserved: chance(random, 0.8) ? 0 : integer(random, 0, 8),
    ...(chance(random, 0.2) && { length: pick(random, lengths) }),
  });
}

function anyHandshake(random: Random): Buffer {
  if (chance(random, 0.8)) return open;
  if (chance(random, 0.5)) return spoiledBytes(random, open);
  return handshake([
    `Authorization: Bearer ${token}`,
    `X: ${pick(random, nastyTexts)}`,
    `Origin: ${pick(random, nastyTexts)}`,
  ]);
}

function make(random: Random): Case {
  const frames = conversation(random, 0.3, 3).map((payload) => anyFrame(random, payload));
  const whole = frames.map((bytes) => (chance(random, 0.2) ? spoiledBytes(random, bytes) : bytes));
  return [anyHandshake(random), ...whole];
}

/** Turns of the event loop until a client is let in or refused, and until what it sent was read. */
const turnsEach = 4;
/** Connections that one server sees before a fresh one takes its place. */
const connectionsMax = 300;

export function framesTarget(root: string): Target {
  let house: House | undefined;
  let connections = 0;
  const fresh = async (): Promise<House> => {
    if (house !== undefined && connections < connectionsMax) return house;
    await house?.close();
    connections = 0;
    house = new House(root, 1);
    return house;
  };
  return {
    ...{ name: 'frames', share: 300, cutsBytes: false, make },
    run: async (chunks) => {
      const current = await fresh();
      connections += 1;
      return connected(current, chunks);
    },
    close: async () => await house?.close(),
  };
}

/** Who came last is answered, whatever those before him did. */
const isAlive = Buffer.from('{"jsonrpc":"2.0","id":"alive","method":"shutdown"}');
const lastWords = frame(isAlive, { final: true, opcode: 1, masked: true, reserved: 0 });

async function connected(house: House, chunks: Case): Promise<Failure | undefined> {
  const wire = new Wire();
  house.door.admit(wire);
  for (const chunk of chunks) {
    if (!wire.isOver) wire.push(chunk);
    await house.until(() => false, turnsEach);
  }
  wire.push(null);
  wire.destroy();
  const other = new Wire();
  house.door.admit(other);
  other.push(Buffer.concat([open, lastWords]));
  const isAnswered = await house.until(() => other.heard.includes('"alive"'), turnsMax);
  other.push(null);
  other.destroy();
  await house.until(() => false, turnsEach);
  return isAnswered ? undefined : { kind: 'unanswered', message: 'the next client got no answer' };
}

const turnsMax = 20_000;
